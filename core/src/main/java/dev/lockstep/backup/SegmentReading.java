package dev.lockstep.backup;

import dev.lockstep.progress.Progress;
import dev.lockstep.scan.HeapPlan;
import dev.lockstep.scan.PageSize;
import dev.lockstep.scan.Scan;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.work.Crew;
import dev.lockstep.work.Pool;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/** Reads the segments of a table for a backup, several at once, each on one thread. */
final class SegmentReading {
    private static final long BYTES_PER_SEGMENT = 256L << 20;

    private final RetryingTable table;
    private final BackupSettings settings;
    private final Progress progress;

    /** What is done with a segment, on its thread. */
    interface Work {
        /** @param scan at its beginning; closed by the caller */
        void on(Segment segment, Scan scan);
    }

    SegmentReading(Table table, BackupSettings settings, Progress progress) {
        this.table = RetryingTable.over(table, settings.retry(), progress);
        this.settings = settings;
        this.progress = progress;
    }

    /** As many as the user said; else enough for a good size each. */
    int segments() {
        Optional<Segment> only = settings.onlySegment();
        if (only.isPresent()) {
            return only.get().total();
        }
        long bySize = Math.max(settings.parallel(), table.size().bytes() / BYTES_PER_SEGMENT);
        return settings.segments().orElse((int) Math.min(Segment.MAX_TOTAL, bySize));
    }

    /** @param total all segments; those that {@code settings} leaves out are not read */
    void each(int total, IntPredicate wanted, Work work) {
        each(total, wanted, work, Optional.empty());
    }

    /** @param saved where each segment is gone on with, and its pages are saved */
    void each(int total, IntPredicate wanted, Work work, Optional<SavedSegments> saved) {
        progress.expecting(
                settings.onlySegment().isPresent()
                        ? table.size().items() / total
                        : table.size().items());
        HeapPlan plan = HeapPlan.of(Runtime.getRuntime().maxMemory(), 0, settings.parallel());
        PageSize pages = new PageSize(plan.pageBytes());
        AtomicInteger next = new AtomicInteger(first());
        int end = settings.onlySegment().map(only -> only.index() + 1).orElse(total);
        try (Pool readers = Pool.unbounded("read");
                Crew crew = new Crew("backup")) {
            for (int i = 0; i < Math.min(plan.parallel(), end - first()); i++) {
                crew.start(() -> {
                    for (int s = next.getAndIncrement(); s < end; s = next.getAndIncrement()) {
                        if (wanted.test(s)) {
                            Segment segment = new Segment(s, total);
                            int number = s;
                            Key start = saved.map(to -> to.after(number)).orElse(null);
                            try (Scan scan = new Scan(
                                    table, segment, start, settings.reads(), pages, readers, saved.isPresent())) {
                                work.on(segment, scan);
                            }
                        }
                    }
                });
            }
            crew.join();
        }
    }

    private int first() {
        return settings.onlySegment().map(Segment::index).orElse(0);
    }
}
