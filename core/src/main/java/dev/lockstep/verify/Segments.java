package dev.lockstep.verify;

import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The segments that a run reads: all of so many, one of them, or a random sample. Immutable. */
final class Segments {
    /** One more segment for each so many bytes of the primary, so that the work divides well. */
    private static final long BYTES_PER_SEGMENT = 256L << 20;

    private final int total;
    private final @Nullable List<Segment> chosen;
    private final boolean sampled;

    private Segments(int total, @Nullable List<Segment> chosen, boolean sampled) {
        this.total = total;
        this.chosen = chosen;
        this.sampled = sampled;
    }

    static Segments of(Table.Size size, DiffSettings settings) {
        if (settings.sample().isPresent()) {
            List<Segment> sample = Sample.choose(settings.sample().get(), ThreadLocalRandom.current());
            return new Segments(sample.get(0).total(), sample, true);
        }
        if (settings.onlySegment().isPresent()) {
            int total = settings.segments().orElseThrow();
            return new Segments(
                    total, List.of(new Segment(settings.onlySegment().getAsInt(), total)), false);
        }
        return new Segments(settings.segments().orElseGet(() -> bySize(size, settings)), null, false);
    }

    /** Those that a run before this one had chosen. */
    static Segments again(int total, List<Integer> chosen, boolean sampled) {
        List<Segment> segments =
                chosen.stream().map(index -> new Segment(index, total)).toList();
        return new Segments(total, segments.isEmpty() ? null : segments, sampled);
    }

    private static int bySize(Table.Size size, DiffSettings settings) {
        if (settings.startingKey().isPresent()) {
            return 1;
        }
        return (int) Math.min(Segment.MAX_TOTAL, Math.max(settings.parallel(), size.bytes() / BYTES_PER_SEGMENT));
    }

    int count() {
        return chosen == null ? total : chosen.size();
    }

    int total() {
        return total;
    }

    /** Null: all. */
    @Nullable
    List<Segment> chosen() {
        return chosen;
    }

    /** The part of the tables that is read. */
    double fraction() {
        return (double) count() / total;
    }

    boolean sampled() {
        return sampled;
    }

    Segment get(int number) {
        return chosen == null ? new Segment(number, total) : chosen.get(number);
    }
}
