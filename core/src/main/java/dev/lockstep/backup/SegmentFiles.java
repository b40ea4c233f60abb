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
    private final boolean wholePages;
    private final List<DataFile> files = new ArrayList<>();
    private @Nullable BackupFile file;

    /**
     * @param open begins the file of that number, from 0 on
     * @param fullAt a file takes no more items when it has so many bytes
     */
    SegmentFiles(IntFunction<BackupFile> open, long fullAt) {
        this(open, fullAt, List.of(), false);
    }

    /**
     * @param before the files that an earlier run finished
     * @param wholePages a file ends only where a page does, at {@link #endPage}
     */
    SegmentFiles(IntFunction<BackupFile> open, long fullAt, List<DataFile> before, boolean wholePages) {
        this.open = open;
        this.fullAt = fullAt;
        this.wholePages = wholePages;
        files.addAll(before);
    }

    void add(Item item) {
        if (file == null) {
            file = open.apply(files.size());
        }
        file.add(item);
        if (file.bytes() >= fullAt && !wholePages) {
            commit(file);
        }
    }

    /** Returns whether all items so far are in finished files, which are durable. */
    boolean endPage() {
        if (file != null && file.bytes() >= fullAt) {
            commit(file);
        }
        return file == null;
    }

    /** Those that are finished. */
    List<DataFile> files() {
        return List.copyOf(files);
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
