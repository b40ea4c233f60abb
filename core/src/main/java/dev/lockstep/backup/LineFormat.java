package dev.lockstep.backup;

import dev.lockstep.table.MalformedItemException;

/** How a line of a file tells an item. Thread-safe. */
interface LineFormat {
    /** @throws MalformedItemException where the line is not of this format; the message holds no values */
    ItemState read(String line) throws MalformedItemException;

    /** The longest line that can be of this format. */
    default int longest() {
        return BackupLines.ONE_IMAGE;
    }
}
