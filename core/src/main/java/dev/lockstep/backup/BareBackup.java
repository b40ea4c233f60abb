package dev.lockstep.backup;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.progress.Progress;
import dev.lockstep.scan.Scan;
import dev.lockstep.table.Item;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/**
 * Backs up a whole table as mapbox/dynamodb-replicator does: {@code prefix/ID/SEGMENT}, compressed lines of bare items. There
 * is no manifest and no hash: whether such a backup is whole only its maker knows. A run after one that was killed writes
 * all of its segments anew, unless it goes on from a checkpoint.
 */
public final class BareBackup {
    private final RetryingObjects objects;
    private final ObjectRef folder;
    private final BackupSettings settings;
    private final Progress progress;
    private final SegmentReading reading;
    private Optional<SavedSegments> saved = Optional.empty();

    /** @param folder in which the backup's folder is made */
    public BareBackup(Table table, ObjectStore objects, ObjectRef folder, BackupSettings settings, Progress progress) {
        this.objects = RetryingObjects.over(objects, settings.retry(), progress);
        this.folder = folder.folder(settings.jobId());
        this.settings = settings;
        this.progress = progress;
        this.reading = new SegmentReading(table, settings, progress);
    }

    /** Goes on from a checkpoint, and saves to it, as {@link FullBackup#with}. */
    public BareBackup with(Checkpoint checkpoint) {
        saved = Optional.of(SavedSegments.of(checkpoint, settings.jobId()));
        return this;
    }

    /** Where the backup is, or will be. */
    public String location() {
        return folder.text();
    }

    /**
     * @throws InvalidSettingsException where the folder holds a backup, or segments of one in more parts; nothing was written
     * @throws LockstepException where the table or the bucket failed for good
     * @throws CancelledException where the calling thread was interrupted
     */
    public BackupResult run() {
        boolean goesOn = saved.map(SavedSegments::begun).orElse(false);
        int wanted = reading.segments();
        int total = goesOn ? saved.orElseThrow().begin(wanted) : wanted;
        requireFree(total, goesOn);
        saved.ifPresent(to -> to.begin(total));
        ConcurrentLinkedQueue<DataFile> files = new ConcurrentLinkedQueue<>();
        reading.each(
                total,
                segment -> !saved.map(to -> to.done(segment)).orElse(false),
                (segment, scan) -> files.add(backUp(segment, scan)),
                saved);
        progress.finished();
        saved.ifPresent(SavedSegments::finish);
        boolean complete = settings.onlySegment().isEmpty();
        return saved.map(to -> to.result(location(), complete))
                .orElseGet(() -> BackupResult.of(location(), List.copyOf(files), complete, false, Optional.empty()));
    }

    /** Segments of another division would be read as part of this backup. */
    private void requireFree(int total, boolean goesOn) {
        long[] found = new long[2];
        try (Stream<ObjectStore.Entry> all = objects.list(folder.keysBeginWith())) {
            all.map(entry -> entry.key().substring(folder.keysBeginWith().length()))
                    .forEach(name -> found[isSegment(name, total) ? 0 : 1]++);
        }
        if (found[1] > 0) {
            throw new InvalidSettingsException(
                    "back up to",
                    location(),
                    "it holds objects that are no segments of a backup in " + total,
                    "Choose another --job-id");
        }
        if (found[0] == total && !goesOn && settings.onlySegment().isEmpty()) {
            throw new InvalidSettingsException(
                    "back up to", location(), "this backup is done already", "Choose another --job-id");
        }
    }

    private static boolean isSegment(String name, int total) {
        return name.matches("0|[1-9]\\d{0,6}") && Integer.parseInt(name) < total;
    }

    private DataFile backUp(Segment segment, Scan scan) {
        String key = folder.key("" + segment.index());
        SavedSegments to = saved.orElse(null);
        if (to != null) {
            try (SegmentFiles sink = new SegmentFiles(number -> file(key), Long.MAX_VALUE, List.of(), true)) {
                List<DataFile> files = to.read(segment.index(), scan, sink, progress);
                // An empty segment is a file too: who reads such a backup counts on each number.
                DataFile file = files.isEmpty() ? file(key).commit().orElseThrow() : files.get(0);
                to.done(segment.index(), List.of(file));
                return file;
            }
        }
        try (BackupFile file = file(key)) {
            while (!scan.done()) {
                List<Item> page = scan.next();
                page.forEach(file::add);
                progress.read(page.size());
            }
            return file.commit().orElseThrow();
        }
    }

    private BackupFile file(String key) {
        return new BackupFile(objects, key, Options.REPLACE, ItemLines.Form.BARE);
    }
}
