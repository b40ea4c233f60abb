package dev.lockstep.local.streams;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What may be read in a second: so many calls in any second, and so many bytes a second with one second's worth saved up. As on AWS a
 * page is charged after it was read, so the bytes can go below zero. Refused calls are not counted. Not thread-safe.
 */
final class ReadLimit {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final double NANOS = 1e9;

    private final int calls;
    private final double bytes;
    private final Deque<Instant> recent = new ArrayDeque<>();
    private double left;
    private Instant at = Instant.EPOCH;

    ReadLimit(int calls, double bytes) {
        this.calls = calls;
        this.bytes = bytes;
        this.left = bytes;
    }

    /** Counts a call in, unless it comes too soon. */
    boolean admit(Instant now) {
        refill(now);
        Instant open = now.minus(SECOND);
        while (!recent.isEmpty() && !recent.peekFirst().isAfter(open)) {
            recent.removeFirst();
        }
        if (recent.size() >= calls || left <= 0) {
            return false;
        }
        recent.addLast(now);
        return true;
    }

    void charge(long size) {
        left -= size;
    }

    private void refill(Instant now) {
        if (now.isAfter(at)) {
            Duration passed = Duration.between(at, now);
            double seconds = passed.getSeconds() + passed.getNano() / NANOS;
            left = Math.min(bytes, left + seconds * bytes);
            at = now;
        }
    }
}
