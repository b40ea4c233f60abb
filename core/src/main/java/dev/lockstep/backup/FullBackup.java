package dev.lockstep.backup;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.objects.ObjectStore.StoredObject;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.progress.Progress;
import dev.lockstep.scan.Scan;
import dev.lockstep.table.Item;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.TableDocument;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Backs up a whole table into a folder of objects, in the layout of DynamoDB's own exports ({@link BackupLayout}).
 *
 * <p>The table is read in segments. A segment that is done says so in an object of its own, and whoever finds all of them
 * done writes the manifests, ours last: before it there is no backup. So runs of one job on several machines share the work,
 * a run after one that was killed reads only what is not done, and two runs at the same segment do no harm: the files of one
 * of them count, the others are deleted.
 *
 * <p>The items are those of some moment each between {@code from} and {@code to} of the {@link BackupManifest}, not all of
 * the same. To cancel, interrupt the thread that runs it.
 */
public final class FullBackup {
    /** A machine's clock may be as wrong as that. */
    static final Duration CLOCK = Duration.ofSeconds(2);
    /** How far behind eventual reads are taken to be. They lag by less than a second, but no bound is documented. */
    static final Duration EVENTUAL = Duration.ofSeconds(60);

    private static final Duration WRONG_CLOCK = Duration.ofSeconds(60);
    private static final long FILE_BYTES = 64L << 20;

    private final Table table;
    private final TableDocument document;
    private final RetryingObjects objects;
    private final BackupLayout layout;
    private final BackupSettings settings;
    private final Progress progress;
    private final InstantSource clock;
    private final long fileBytes;
    private final SegmentReading reading;
    private Optional<SavedSegments> saved = Optional.empty();
    private final String run =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());

    /** @param folder in which the backup's folder is made */
    public FullBackup(
            Table table,
            TableDocument document,
            ObjectStore objects,
            ObjectRef folder,
            BackupSettings settings,
            Progress progress) {
        this(table, document, objects, folder, settings, progress, InstantSource.system(), FILE_BYTES);
    }

    FullBackup(
            Table table,
            TableDocument document,
            ObjectStore objects,
            ObjectRef folder,
            BackupSettings settings,
            Progress progress,
            InstantSource clock,
            long fileBytes) {
        this.table = table;
        this.document = document;
        this.objects = RetryingObjects.over(objects, settings.retry(), progress);
        this.layout = BackupLayout.of(folder, settings.jobId());
        this.settings = settings;
        this.progress = progress;
        this.clock = clock;
        this.fileBytes = fileBytes;
        this.reading = new SegmentReading(table, settings, progress);
    }

    /**
     * Goes on from a checkpoint, and saves to it: then a run after one that was killed reads at most one page of each segment
     * again.
     *
     * @param checkpoint the caller's to close
     */
    public FullBackup with(Checkpoint checkpoint) {
        saved = Optional.of(SavedSegments.of(checkpoint, settings.jobId()));
        return this;
    }

    /** Where the backup is, or will be. */
    public String location() {
        return layout.folder().text();
    }

    /**
     * @throws InvalidSettingsException where the job is done already, or was begun otherwise; nothing was written
     * @throws LockstepException where the table or the bucket failed for good; the same job can be gone on with
     * @throws CancelledException where the calling thread was interrupted
     */
    public BackupResult run() {
        Optional<BackupManifest> there = manifest();
        boolean goesOn = saved.map(SavedSegments::begun).orElse(false);
        if (there.isPresent() && settings.onlySegment().isEmpty() && !goesOn) {
            throw new InvalidSettingsException(
                    "back up to", location(), "this backup is done already", "Choose another --job-id");
        }
        BackupJob job = job();
        Map<Integer, List<DataFile>> own = new ConcurrentHashMap<>();
        if (there.isEmpty()) {
            checkClock();
            Set<Integer> done = new SegmentRecords(objects, layout).done();
            reading.each(
                    job.segments(),
                    segment -> !done.contains(segment),
                    (segment, scan) -> own.put(segment.index(), backUp(segment, scan)),
                    saved);
            progress.finished();
        }
        Optional<BackupManifest> manifest = there.isPresent() ? there : finish(job);
        saved.ifPresent(SavedSegments::finish);
        boolean nothingDone = own.isEmpty();
        if (settings.onlySegment().isPresent()) {
            int only = settings.onlySegment().get().index();
            List<DataFile> files = nothingDone
                    ? new SegmentRecords(objects, layout).read(only).files()
                    : Objects.requireNonNull(own.get(only));
            return BackupResult.of(location(), files, manifest.isPresent(), nothingDone, manifest);
        }
        return BackupResult.of(
                location(),
                manifest.map(BackupManifest::files).orElse(List.of()),
                manifest.isPresent(),
                nothingDone,
                manifest);
    }

    private Optional<BackupManifest> manifest() {
        return objects.get(layout.key(BackupManifest.NAME))
                .map(o -> BackupManifest.parse(layout.subject(BackupManifest.NAME), o.content()));
    }

    /** What the first run wrote, be it this one. The time is taken before, and so before anybody reads the table. */
    private BackupJob job() {
        Optional<BackupJob> there = storedJob();
        if (there.isPresent()) {
            saved.ifPresent(to -> to.begin(there.get().segments()));
            return there.get();
        }
        BackupJob begun = new BackupJob(
                settings.jobId(), table.id(), reading.segments(), settings.reads(), clock.instant(), document);
        // A name that was made up must be known after a kill before anything in the bucket has it.
        saved.ifPresent(to -> to.begin(begun.segments()));
        objects.put(layout.key(BackupLayout.JOB), begun.json(), Options.IF_ABSENT);
        return storedJob().orElseThrow();
    }

    private Optional<BackupJob> storedJob() {
        String file = layout.subject(BackupLayout.JOB);
        Optional<BackupJob> job =
                objects.get(layout.key(BackupLayout.JOB)).map(stored -> BackupJob.parse(file, stored.content()));
        job.ifPresent(it -> it.requireFits(file, table.id(), settings));
        return job;
    }

    /** Who goes back to a point in time relies on the times of all machines. */
    private void checkClock() {
        Instant before = clock.instant();
        objects.put(layout.key(BackupLayout.STARTED), new byte[0], Options.REPLACE);
        Instant stored = objects.get(layout.key(BackupLayout.STARTED))
                .map(StoredObject::lastModified)
                .orElse(before);
        Duration apart = Duration.between(before, stored).abs();
        if (apart.compareTo(WRONG_CLOCK) > 0) {
            progress.warning("this machine's clock and the bucket's are " + apart.toSeconds()
                    + " s apart; the times that the backup tells are by this machine's");
        }
    }

    private List<DataFile> backUp(Segment segment, Scan scan) {
        int index = segment.index();
        List<DataFile> before = saved.map(to -> to.files(index)).orElse(List.of());
        try (SegmentFiles sink =
                new SegmentFiles(number -> file(segment, number), fileBytes, before, saved.isPresent())) {
            List<DataFile> files =
                    saved.map(to -> to.read(index, scan, sink, progress)).orElseGet(() -> read(scan, sink));
            Instant end = clock.instant();
            List<DataFile> recorded = record(segment, end, files);
            saved.ifPresent(to -> to.done(index, recorded));
            return recorded;
        }
    }

    private List<DataFile> read(Scan scan, SegmentFiles sink) {
        while (!scan.done()) {
            List<Item> page = scan.next();
            page.forEach(sink::add);
            progress.read(page.size());
        }
        return sink.finish();
    }

    /** Of two runs that did one segment the files of one count. */
    private List<DataFile> record(Segment segment, Instant end, List<DataFile> files) {
        SegmentRecords records = new SegmentRecords(objects, layout);
        if (records.write(new SegmentRecord(segment.index(), end, files))) {
            return files;
        }
        files.forEach(file -> objects.delete(file.key()));
        return records.read(segment.index()).files();
    }

    private BackupFile file(Segment segment, int number) {
        return new BackupFile(
                objects, layout.data(segment.index(), run, number), Options.REPLACE, ItemLines.Form.WRAPPED);
    }

    /** Writes what makes the files a backup, where all segments are done; every run would write the same. */
    private Optional<BackupManifest> finish(BackupJob job) {
        SegmentRecords records = new SegmentRecords(objects, layout);
        if (records.done().size() < job.segments()) {
            return Optional.empty();
        }
        List<SegmentRecord> segments = records.all(job.segments());
        List<DataFile> files =
                segments.stream().flatMap(s -> s.files().stream()).toList();
        deleteOthers(files);
        Instant to = segments.stream()
                .map(SegmentRecord::end)
                .max(Instant::compareTo)
                .orElseThrow()
                .plus(CLOCK);
        BackupManifest manifest = new BackupManifest(
                job.id(),
                Objects.requireNonNullElse(job.table().description().tableArn(), table.name()),
                job.tableId(),
                job.table().keys(),
                from(job),
                to,
                job.reads() == Table.Consistency.STRONG,
                job.segments(),
                files,
                files.stream().mapToLong(DataFile::items).sum(),
                files.stream().mapToLong(DataFile::bytes).sum(),
                Map.of());
        return Optional.of(new Manifests(objects, layout, job.table()).write(manifest));
    }

    private static Instant from(BackupJob job) {
        Instant begin = job.begin().minus(CLOCK);
        return job.reads() == Table.Consistency.STRONG ? begin : begin.minus(EVENTUAL);
    }

    /** Runs that were killed leave files of segments that others did. */
    private void deleteOthers(List<DataFile> files) {
        Set<String> keys = ConcurrentHashMap.newKeySet();
        files.forEach(file -> keys.add(file.key()));
        try (Stream<ObjectStore.Entry> all = objects.list(layout.data())) {
            all.filter(entry -> !keys.contains(entry.key())).forEach(entry -> objects.delete(entry.key()));
        }
    }
}
