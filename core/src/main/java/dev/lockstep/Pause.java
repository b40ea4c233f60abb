package dev.lockstep;

import java.time.Duration;

/** Waits that an interrupt ends. */
public final class Pause {
    private static final int NANOS_PER_MILLI = 1_000_000;

    private Pause() {}

    /**
     * Sleeps for so long.
     *
     * @param operation what waits, and
     * @param subject on what: what is told where the wait is cancelled
     * @throws CancelledException where the thread is interrupted; it stays so
     */
    public static void of(Duration time, String operation, String subject) {
        try {
            Thread.sleep(time.toMillis(), time.toNanosPart() % NANOS_PER_MILLI);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException(operation, subject);
        }
    }
}
