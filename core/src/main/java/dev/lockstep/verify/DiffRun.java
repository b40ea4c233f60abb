package dev.lockstep.verify;

import dev.lockstep.capacity.Usage;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.progress.Progress;
import dev.lockstep.scan.HeapPlan;
import dev.lockstep.scan.PageSize;
import dev.lockstep.scan.Scan;
import dev.lockstep.scan.TwinScan;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.work.Crew;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run of a {@link Diff}: the threads, and which segment is next. */
final class DiffRun implements AutoCloseable {
    /** Conditional writes at once for each segment read at once. */
    private static final int WRITES_PER_SEGMENT = 4;

    private final long began = System.nanoTime();
    private final RetryingTable primary;
    private final DiffSettings settings;
    private final Progress progress;
    private final HeapPlan plan;
    private final Segments segments;
    private final PageSize primaryPages;
    private final UndoLog undoLog;
    private final Pool readers = Pool.unbounded("read");
    private final Pool writers;
    private final List<Lane> lanes = new ArrayList<>();
    private final @Nullable Checkpoint checkpoint;
    private final @Nullable SavedDiff saved;

    DiffRun(
            RetryingTable primary,
            List<RetryingTable> replicas,
            DiffSettings settings,
            Progress progress,
            Consumer<Discrepancy> findings,
            @Nullable Checkpoint checkpoint,
            Report report) {
        this.primary = primary;
        this.settings = settings;
        this.progress = progress;
        this.plan = HeapPlan.of(settings.heap(), replicas.size(), settings.parallel());
        this.segments = segments(checkpoint);
        this.primaryPages = new PageSize(plan.pageBytes());
        this.undoLog = settings.undoLog().map(UndoLog::open).orElse(UndoLog.NONE);
        this.writers = Pool.of("write", WRITES_PER_SEGMENT * settings.parallel());
        replicas.forEach(
                r -> lanes.add(new Lane(primary, r, settings, plan, undoLog, writers, progress, findings, checkpoint)));
        this.saved = checkpoint == null ? null : new SavedDiff(checkpoint, report, lanes, segments);
        this.checkpoint = checkpoint;
    }

    private Segments segments(@Nullable Checkpoint checkpoint) {
        if (checkpoint == null || !checkpoint.begun()) {
            return Segments.of(primary.size(), settings);
        }
        List<Integer> chosen = new ArrayList<>();
        checkpoint.before(SavedDiff.NAME).path("chosen").forEach(index -> chosen.add(index.asInt()));
        return Segments.again(checkpoint.begin(0), chosen, settings.sample().isPresent());
    }

    DiffResult run() {
        lanes.forEach(Lane::settleLeftBehind);
        progress.expecting(Math.round(primary.size().items() * segments.fraction()));
        if (saved != null) {
            progress.read(saved.begin());
        }
        try (Crew crew = new Crew("compare")) {
            int scanners = Math.min(plan.parallel(), segments.count());
            AtomicInteger adding = new AtomicInteger(scanners + 1);
            AtomicInteger next = new AtomicInteger();
            crew.start(() -> {
                lanes.forEach(Lane::suspectRestored);
                added(adding);
            });
            for (int i = 0; i < scanners; i++) {
                crew.start(() -> {
                    for (int s = next.getAndIncrement(); s < segments.count(); s = next.getAndIncrement()) {
                        compare(s);
                    }
                    added(adding);
                });
            }
            recheck(crew);
        }
        if (checkpoint != null) {
            checkpoint.finish();
        }
        return result();
    }

    /** Whoever adds the last suspects says that there will be no more. */
    private void added(AtomicInteger adding) {
        if (adding.decrementAndGet() == 0) {
            lanes.forEach(lane -> lane.queue().end());
        }
    }

    /** Only these keys, which are looked at instead of scanned. */
    DiffResult run(Collection<Key> keys) {
        lanes.forEach(Lane::settleLeftBehind);
        try (Crew crew = new Crew("compare")) {
            crew.start(() -> lanes.forEach(lane -> lane.suspectAll(keys)));
            recheck(crew);
        }
        return result();
    }

    private void recheck(Crew crew) {
        for (Lane lane : lanes) {
            for (int i = 0; i < plan.parallel(); i++) {
                crew.start(lane.recheck()::run);
            }
        }
        crew.join();
    }

    private void compare(int number) {
        if (saved == null) {
            compare(number, segments.get(number));
        } else {
            new SavedSegment(number, saved).compare();
        }
    }

    private void compare(int number, Segment segment) {
        List<Scan> open = new ArrayList<>();
        try {
            Scan scan = scan(primary, segment, primaryPages);
            open.add(scan);
            List<Matcher> matchers = new ArrayList<>();
            for (Lane lane : lanes) {
                Scan replica = scan(lane.replica(), segment, lane.pages());
                open.add(replica);
                matchers.add(lane.matcher(replica, lane.finds(tally(number))));
            }
            new TwinScan(scan, matchers, progress::read, TwinScan.Saving.NONE).run();
        } finally {
            open.forEach(Scan::close);
        }
    }

    private int tally(int number) {
        return segments.sampled() ? number : 0;
    }

    private Scan scan(RetryingTable table, Segment segment, PageSize pages) {
        return new Scan(table, segment, settings.startingKey().orElse(null), Consistency.EVENTUAL, pages, readers);
    }

    /** One segment that is kept in the checkpoint: from where it was to its end. Used by one thread. */
    private final class SavedSegment implements TwinScan.Saving {
        private final int number;
        private final SavedDiff saved;
        private final SavedDiff.Position from;
        private final List<Scan> scans = new ArrayList<>();
        private final List<Matcher> matchers = new ArrayList<>();
        private final List<Finds.Staged> finds = new ArrayList<>();
        private long read;

        SavedSegment(int number, SavedDiff saved) {
            this.number = number;
            this.saved = saved;
            this.from = saved.of(number, primary.keys());
            this.read = from.read();
        }

        void compare() {
            if (from.done()) {
                return;
            }
            try {
                progress.read(read);
                Scan scan = scan(primary, from.primary(), primaryPages);
                for (int i = 0; i < lanes.size(); i++) {
                    follow(lanes.get(i), from.replicas().get(i));
                }
                new TwinScan(scan, matchers, this::read, this).run();
            } finally {
                scans.forEach(Scan::close);
            }
        }

        private void follow(Lane lane, SavedDiff.Followed before) {
            Scan scan = scan(lane.replica(), before.side(), lane.pages());
            Finds.Staged staged = lane.staged(tally(number));
            Matcher matcher = lane.matcher(scan, staged);
            finds.add(staged);
            matchers.add(matcher);
            matcher.restore(
                    before.fromPrimary(),
                    before.fromReplica(),
                    from.primary().ended(),
                    before.side().ended());
        }

        private Scan scan(RetryingTable table, SavedDiff.Side side, PageSize pages) {
            Segment segment = segments.get(number);
            Key start = side.after() == null ? settings.startingKey().orElse(null) : side.after();
            Scan scan = side.ended()
                    ? Scan.ended(table, segment, Consistency.EVENTUAL, pages, readers)
                    : new Scan(table, segment, start, Consistency.EVENTUAL, pages, readers, true);
            scans.add(scan);
            return scan;
        }

        private void read(long items) {
            read += items;
            progress.read(items);
        }

        @Override
        public void save() {
            saved.save(number, read, scans.get(0), matchers, finds);
            finds.forEach(Finds.Staged::release);
        }

        @Override
        public void ended() {
            saved.done(number, read, finds);
            finds.forEach(Finds.Staged::release);
        }
    }

    private DiffResult result() {
        Map<String, Usage> usage = new LinkedHashMap<>();
        usage.put(primary.name(), primary.usage());
        lanes.forEach(lane -> usage.put(lane.replica().name(), lane.replica().usage()));
        return new DiffResult(
                primary.name(),
                segments.count(),
                lanes.stream().map(Lane::result).toList(),
                usage,
                Duration.ofNanos(System.nanoTime() - began),
                segments.sampled() ? Optional.of(sample()) : Optional.empty());
    }

    private Sample sample() {
        Map<String, Map<String, Sample.Estimate>> estimates = new LinkedHashMap<>();
        lanes.forEach(lane -> estimates.put(
                lane.replica().name(), Sample.estimate(lane.countsBySegment(segments.count()), segments.total())));
        return new Sample(segments.count(), segments.total(), estimates);
    }

    @Override
    public void close() {
        readers.close();
        writers.close();
        lanes.forEach(Lane::close);
        undoLog.close();
    }
}
