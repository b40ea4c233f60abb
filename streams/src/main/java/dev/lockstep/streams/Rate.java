package dev.lockstep.streams;

import java.util.ArrayDeque;
import java.util.Deque;

/** How fast a count grows, over about the last ten seconds. Thread-safe. */
final class Rate {
    private static final long SPAN_NANOS = 10_000_000_000L;
    private static final double NANOS = 1e9;

    private record Reading(long nanos, long count) {}

    private final Deque<Reading> readings = new ArrayDeque<>();

    /** Takes a reading; returns the growth a second since the oldest one within the span, 0 at the first. */
    synchronized double at(long nanos, long count) {
        while (readings.size() > 1 && nanos - readings.getFirst().nanos() > SPAN_NANOS) {
            readings.removeFirst();
        }
        Reading oldest = readings.isEmpty() ? new Reading(nanos, count) : readings.getFirst();
        readings.addLast(new Reading(nanos, count));
        double seconds = (nanos - oldest.nanos()) / NANOS;
        return seconds <= 0 ? 0 : (count - oldest.count()) / seconds;
    }
}
