package dev.lockstep.replicate;

import dev.lockstep.LockstepException;
import dev.lockstep.work.Crew;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Knows whether this process stood still for a while: SIGSTOP, a machine that was moved, a very long collection.
 *
 * <p>Others have taken over its work meanwhile, and what it was about to write may be older than what they wrote. So after
 * such a pause its blind writes fail for a moment, in which it finds out what it still holds. A write that has left the
 * process cannot be called back; the ordering guard is for those. Thread-safe.
 */
public final class Pulse implements AutoCloseable {
    private static final Duration BEAT = Duration.ofMillis(100);
    /** Shorter than it takes others to take over: a lease lasts six seconds and is renewed each two. */
    private static final Duration LONGEST = Duration.ofSeconds(3);
    /** Longer than it takes to look who holds the shards, and the first copy. */
    private static final Duration REST = Duration.ofSeconds(2);

    private final LongSupplier clock;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Crew.daemons("pulse"));
    private volatile long beatNanos;
    private volatile boolean stood;
    private volatile long wokeNanos;

    Pulse(LongSupplier clock) {
        this.clock = clock;
        this.beatNanos = clock.getAsLong();
    }

    public static Pulse start() {
        Pulse pulse = new Pulse(System::nanoTime);
        var unused =
                pulse.thread.scheduleAtFixedRate(pulse::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
        return pulse;
    }

    /** What was found out is there before the beat that hides it. */
    void beat() {
        long now = clock.getAsLong();
        if (now - beatNanos > LONGEST.toNanos()) {
            wokeNanos = now;
            stood = true;
        }
        beatNanos = now;
    }

    /** @throws LockstepException where the process has only just woken */
    void require(String operation, String subject) {
        long now = clock.getAsLong();
        if (now - beatNanos > LONGEST.toNanos() || (stood && now - wokeNanos < REST.toNanos())) {
            throw new LockstepException(
                    operation, subject, "this process stood still and has to look around", "", true, null);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
