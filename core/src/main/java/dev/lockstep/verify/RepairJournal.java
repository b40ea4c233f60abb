package dev.lockstep.verify;

import dev.lockstep.table.Key;
import java.util.Collection;

/**
 * The keys of one replica that a repair may have written without having looked at the primary again.
 *
 * <p>A crash between the write and that look could leave an old value in the replica for good; so a key is noted here
 * durably before its first write, and struck only when both tables were seen to agree. What a run leaves behind, the next
 * run on the same tables settles first. Thread-safe.
 */
interface RepairJournal {
    /** Notes keys; they are durable when this returns. */
    void note(Collection<Key> keys);

    /** Strikes keys. Losing a strike in a crash only means that the key is looked at once more. */
    void strike(Collection<Key> keys);

    RepairJournal NONE = new RepairJournal() {
        @Override
        public void note(Collection<Key> keys) {}

        @Override
        public void strike(Collection<Key> keys) {}
    };
}
