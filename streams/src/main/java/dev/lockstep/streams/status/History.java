package dev.lockstep.streams.status;

import dev.lockstep.streams.status.LagHistogram.Counts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The last hour, a sample each five seconds, and the lags of all changes so far. Thread-safe; its memory is bounded. */
public final class History {
    static final Duration INTERVAL = Duration.ofSeconds(5);
    static final int SAMPLES = 720;

    /**
     * One interval.
     *
     * @param at its end, in whole milliseconds, as those who ask for what came after it say it
     * @param p50 of the changes that were written in it; empty where there were none, and so is p99
     * @param worst the longest lag of a change in it, or the lag of what still waited at its end
     */
    public record Sample(
            Instant at,
            Optional<Duration> p50,
            Optional<Duration> p99,
            Optional<Duration> worst,
            double changesPerSecond,
            double writesPerSecond) {}

    private final InstantSource clock;
    private final LagHistogram lags = new LagHistogram();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private Counts before = Counts.NONE;

    public History(InstantSource clock) {
        this.clock = clock;
    }

    /** A change has reached its destinations. */
    public void observeLag(Duration lag) {
        observeLag(lag, 1);
    }

    /** So many changes have reached their destinations together. */
    public void observeLag(Duration lag, long changes) {
        lags.record(lag, changes);
    }

    /** Ends an interval; to be called each {@link #INTERVAL}. */
    synchronized void sample(Status status) {
        Counts now = lags.counts();
        Counts interval = now.since(before);
        before = now;
        samples.addLast(new Sample(
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                interval.quantile(0.5),
                interval.quantile(0.99),
                longer(interval.quantile(1), status.lag()),
                status.changesPerSecond(),
                status.writesPerSecond()));
        while (samples.size() > SAMPLES) {
            samples.removeFirst();
        }
    }

    private static Optional<Duration> longer(Optional<Duration> a, Optional<Duration> b) {
        return a.isPresent() && (b.isEmpty() || a.get().compareTo(b.get()) >= 0) ? a : b;
    }

    /** The samples after a moment, the oldest first. */
    public synchronized List<Sample> since(Instant moment) {
        Predicate<Sample> later = sample -> sample.at().isAfter(moment);
        return samples.stream().filter(later).toList();
    }

    /** All lags since the start. */
    Counts lags() {
        return lags.counts();
    }
}
