package dev.lockstep.verify;

import dev.lockstep.capacity.Usage;
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

    DiffRun(
            RetryingTable primary,
            List<RetryingTable> replicas,
            DiffSettings settings,
            Progress progress,
            Consumer<Discrepancy> findings) {
        this.primary = primary;
        this.settings = settings;
        this.progress = progress;
        this.plan = HeapPlan.of(settings.heap(), replicas.size(), settings.parallel());
        this.segments = Segments.of(primary.size(), settings);
        this.primaryPages = new PageSize(plan.pageBytes());
        this.undoLog = settings.undoLog().map(UndoLog::open).orElse(UndoLog.NONE);
        this.writers = Pool.of("write", WRITES_PER_SEGMENT * settings.parallel());
        replicas.forEach(r -> lanes.add(new Lane(primary, r, settings, plan, undoLog, writers, progress, findings)));
    }

    DiffResult run() {
        lanes.forEach(Lane::settleLeftBehind);
        progress.expecting(Math.round(primary.size().items() * segments.fraction()));
        try (Crew crew = new Crew("compare")) {
            int scanners = Math.min(plan.parallel(), segments.count());
            AtomicInteger scanning = new AtomicInteger(scanners);
            AtomicInteger next = new AtomicInteger();
            for (int i = 0; i < scanners; i++) {
                crew.start(() -> {
                    for (int s = next.getAndIncrement(); s < segments.count(); s = next.getAndIncrement()) {
                        compare(s);
                    }
                    if (scanning.decrementAndGet() == 0) {
                        lanes.forEach(lane -> lane.queue().end());
                    }
                });
            }
            recheck(crew);
        }
        return result();
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
        Segment segment = segments.get(number);
        List<Scan> open = new ArrayList<>();
        try {
            Scan scan = scan(primary, segment, primaryPages);
            open.add(scan);
            List<Matcher> matchers = new ArrayList<>();
            for (Lane lane : lanes) {
                Scan replica = scan(lane.replica(), segment, lane.pages());
                open.add(replica);
                matchers.add(lane.matcher(replica, segments.sampled() ? number : 0));
            }
            new TwinScan(scan, matchers, progress::read).run();
        } finally {
            open.forEach(Scan::close);
        }
    }

    private Scan scan(RetryingTable table, Segment segment, PageSize pages) {
        return new Scan(table, segment, settings.startingKey().orElse(null), Consistency.EVENTUAL, pages, readers);
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
