package dev.lockstep.capacity;

import dev.lockstep.CancelledException;
import java.util.function.LongSupplier;

/**
 * A budget of capacity units a second. What a call consumed is known only afterwards, so it is charged then, and the next
 * call waits until the debt is paid: over any time the budget is exceeded by one call at most. Thread-safe.
 */
public final class Pace {
    /** Waits so many nanoseconds. */
    public interface Sleeper {
        void sleep(long nanos) throws InterruptedException;
    }

    private static final double NANOS = 1e9;

    private final double unitsPerSecond;
    private final LongSupplier ticker;
    private final Sleeper sleeper;
    private long paidNanos;

    public Pace(double unitsPerSecond) {
        this(unitsPerSecond, System::nanoTime, nanos -> Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000)));
    }

    Pace(double unitsPerSecond, LongSupplier ticker, Sleeper sleeper) {
        this.unitsPerSecond = unitsPerSecond;
        this.ticker = ticker;
        this.sleeper = sleeper;
        this.paidNanos = ticker.getAsLong();
    }

    /** Returns when all that was charged is paid. */
    public void await() {
        long wait = debt();
        while (wait > 0) {
            try {
                sleeper.sleep(wait);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancelledException("wait", "for the capacity budget");
            }
            wait = debt();
        }
    }

    private synchronized long debt() {
        return paidNanos - ticker.getAsLong();
    }

    /** Charges what a call consumed. Idle time is not saved up. */
    public synchronized void charge(double units) {
        paidNanos = Math.max(paidNanos, ticker.getAsLong()) + (long) (units / unitsPerSecond * NANOS);
    }
}
