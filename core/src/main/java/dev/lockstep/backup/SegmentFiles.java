package dev.lockstep.backup;

import dev.lockstep.table.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The files of one segment, one after the other; a segment without items has none. Used by one thread. */
final class SegmentFiles implements AutoCloseable {
    private final IntFunction<BackupFile> open;
    private final long fullAt;
    private final List<DataFile> files = new ArrayList<>();
    private @Nullable BackupFile file;

    /**
     * @param open begins the file of that number, from 0 on
     * @param fullAt a file takes no more items when it has so many bytes
     */
    SegmentFiles(IntFunction<BackupFile> open, long fullAt) {
        this.open = open;
        this.fullAt = fullAt;
    }

    void add(Item item) {
        if (file == null) {
            file = open.apply(files.size());
        }
        file.add(item);
        if (file.bytes() >= fullAt) {
            commit(file);
        }
    }

    private void commit(BackupFile full) {
        files.add(full.commit().orElseThrow());
        full.close();
        file = null;
    }

    /** All files, which are durable then. */
    List<DataFile> finish() {
        if (file != null) {
            commit(file);
        }
        return files;
    }

    /** Gives up the file that is not finished. */
    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
