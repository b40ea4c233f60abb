package dev.lockstep.capacity;

import dev.lockstep.CancelledException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A budget of capacity units a second, shared by all threads that call one table, which also yields where the service
 * throttles. A call takes its {@link Turn} before it goes, and says afterwards what it consumed. Thread-safe; turns are
 * given in the order in which they are asked for.
 *
 * <p>Two rules. The <b>balance</b> grows by the budget; a turn is given when it is not below zero, takes what the call is
 * expected to consume, and gives back or takes the difference when that is known. Of idle time a second is saved up. So
 * calls come evenly, and in the long run the budget is used and not exceeded.
 *
 * <p>The <b>window</b> makes it strict: a turn is given only while what was settled in the last 5 seconds, and the most
 * that calls under way may consume, is less than 5 seconds of the budget. The service charges a call somewhere between
 * its turn and its settlement. Take any 5 seconds, and of the calls charged in them the one whose turn came last: all
 * others had been settled less than 5 seconds before that turn, or were under way; so together they are less than the
 * budget of 5 seconds. That holds whatever the calls' answers take, as long as no call consumes more than it said at most.
 *
 * <p>A throttled call lowers the rate below what the service served in the last second, once for all calls that were under
 * way, and at most once a second: to half of it where half or more was refused, by less where it was less, so that
 * a throttle now and then does not stop the work. Then the rate grows again, by a tenth of the full rate and a quarter of
 * itself a second. Where there is no budget, the full rate is what was reached before a throttle.
 */
public final class Pace {
    /** In no time as long as this is more consumed than the budget and one call. */
    static final long WINDOW = 5_000_000_000L;

    private static final double NANOS = 1e9;
    private static final long SECOND = 1_000_000_000L;
    /** What threads that wake late may make up for: a busy machine, a collection of garbage. */
    private static final double BURST_SECONDS = 1;
    /** A call should not take more of the budget than this, or it comes in lumps. */
    private static final double CALL_SECONDS = 0.5;

    /** What is left of the rate where this part or more of the units was refused. */
    private static final double SLOWER = 0.5;

    private static final double MUCH = 0.5;
    /** The rate does not fall below that, or work that began with a throttle would never get going. */
    private static final double LEAST = 5;
    /** Without a budget: where little was asked for, little was reached, and that does not tell what the table gives. */
    private static final double LEAST_FULL = 500;

    /** How slowly a better rate is forgotten. */
    private static final double FADING = 0.75;

    private static final double FASTER_EACH_SECOND = 0.1;
    private static final double FASTER_BY_ITSELF = 0.25;
    /** Without a budget, a rate of so many times the one before throttling is no limit any more. */
    private static final double LIFTED = 2;

    private static final long GRAIN = 10_000_000L;

    private final double budget;
    private final LongSupplier ticker;
    private final Lock queue = new ReentrantLock(true);
    private final Deque<Settled> settled = new ArrayDeque<>();
    private double settledUnits;
    private double underWay;
    private double rate;
    private double full;
    private double balance;
    private long at;
    private final Deque<Settled> refused = new ArrayDeque<>();
    private long slowedAt;

    private record Settled(long at, double units) {}

    /** @param unitsPerSecond above 0; {@link Double#POSITIVE_INFINITY} for no budget */
    public Pace(double unitsPerSecond) {
        this(unitsPerSecond, System::nanoTime);
    }

    Pace(double unitsPerSecond, LongSupplier ticker) {
        if (!(unitsPerSecond > 0)) {
            throw new IllegalArgumentException("units per second must be above 0: " + unitsPerSecond);
        }
        this.budget = unitsPerSecond;
        this.ticker = ticker;
        this.rate = unitsPerSecond;
        this.full = unitsPerSecond;
        this.at = ticker.getAsLong();
        this.slowedAt = at - WINDOW;
    }

    /** No budget; slower only while the service throttles. */
    public static Pace unlimited() {
        return new Pace(Double.POSITIVE_INFINITY);
    }

    /** A call's leave to go. Whoever has it must close it; what was not settled then counts as expected. */
    public final class Turn implements AutoCloseable {
        private final double expected;
        private final double most;
        private final long given;
        private boolean open = true;

        private Turn(double expected, double most, long given) {
            this.expected = expected;
            this.most = most;
            this.given = given;
        }

        /** The call is over, and consumed this. */
        public void settle(double units) {
            synchronized (Pace.this) {
                if (open) {
                    open = false;
                    settled(this, units);
                }
            }
        }

        /**
         * The call was refused for lack of capacity: all calls go slower from now on.
         *
         * @param part how much of it was refused, 1 for all
         */
        public void slow(double part) {
            synchronized (Pace.this) {
                throttled(this, Math.max(expected, 0.5) * part);
            }
        }

        /** What came of the call is not known, so that it may have been carried out. */
        @Override
        public void close() {
            settle(expected);
        }
    }

    /**
     * Waits until a call may go.
     *
     * @param expected what it will consume as far as can be told
     * @param most what it can consume at most
     * @throws CancelledException where the thread is interrupted
     */
    public Turn turn(double expected, double most) {
        try {
            queue.lockInterruptibly();
            try {
                synchronized (this) {
                    for (long wait = untilNext(); wait > 0; wait = untilNext()) {
                        wait(wait / 1_000_000, (int) (wait % 1_000_000));
                    }
                    return give(expected, most);
                }
            } finally {
                queue.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("wait", "for the capacity budget");
        }
    }

    /** The same without waiting: empty where it is too early. */
    synchronized Optional<Turn> turnNow(double expected, double most) {
        return untilNext() > 0 ? Optional.empty() : Optional.of(give(expected, most));
    }

    /** The nanoseconds until it is worth asking again; 0 where a turn would be given. A settlement may make it less. */
    synchronized long untilNext() {
        long now = refilled();
        if (balance < 0) {
            return 1 + (long) (-balance / rate * NANOS);
        }
        if (settledUnits + underWay < budget * WINDOW / NANOS) {
            return 0;
        }
        Settled oldest = settled.peekFirst();
        return oldest == null ? SECOND : Math.max(1, oldest.at() + WINDOW - now);
    }

    /** What one call should consume at most, so that calls come evenly; infinite where nothing limits them. */
    public synchronized double perCall() {
        refilled();
        return rate * CALL_SECONDS;
    }

    /** Units a second at present: the budget, or less while the service throttles. */
    public synchronized double rate() {
        refilled();
        return rate;
    }

    public synchronized boolean limited() {
        refilled();
        return rate < Double.POSITIVE_INFINITY;
    }

    /** Whether it is below its budget because the service throttled. */
    public synchronized boolean yields() {
        refilled();
        return rate < budget;
    }

    private Turn give(double expected, double most) {
        balance -= rate < Double.POSITIVE_INFINITY ? expected : 0;
        underWay += Math.max(expected, most);
        return new Turn(expected, Math.max(expected, most), at);
    }

    private void settled(Turn turn, double units) {
        long now = refilled();
        balance += rate < Double.POSITIVE_INFINITY ? turn.expected - units : 0;
        underWay = Math.max(0, underWay - turn.most);
        // Never earlier than it was, or the window would forget it too soon.
        long when = now - Math.floorMod(now, GRAIN) + GRAIN;
        Settled last = settled.peekLast();
        boolean together = last != null && last.at() == when;
        settled.addLast(
                new Settled(when, units + (together ? settled.removeLast().units() : 0)));
        settledUnits += units;
        notifyAll();
    }

    private long refilled() {
        long now = ticker.getAsLong();
        double seconds = (now - at) / NANOS;
        at = now;
        if (rate < budget) {
            rate = Math.min(budget, rate + (FASTER_EACH_SECOND * full + FASTER_BY_ITSELF * rate) * seconds);
            if (budget == Double.POSITIVE_INFINITY && rate > LIFTED * full) {
                rate = budget;
                full = budget;
            }
        }
        balance = rate < Double.POSITIVE_INFINITY ? Math.min(rate * BURST_SECONDS, balance + rate * seconds) : 0;
        while (!refused.isEmpty() && now - refused.getFirst().at() > SECOND) {
            refused.removeFirst();
        }
        while (!settled.isEmpty() && now - settled.getFirst().at() > WINDOW) {
            settledUnits -= settled.removeFirst().units();
        }
        if (settled.isEmpty()) {
            settledUnits = 0;
        }
        return now;
    }

    private void throttled(Turn turn, double units) {
        long now = refilled();
        refused.addLast(new Settled(now, units));
        if (turn.given - slowedAt <= 0 || now - slowedAt < SECOND) {
            return;
        }
        double reached = Math.min(rate, Math.max(lastSecond(settled, now), turn.expected));
        if (budget == Double.POSITIVE_INFINITY) {
            full = Math.max(LEAST_FULL, full == budget ? reached : Math.max(FADING * full, reached));
        }
        double without = lastSecond(refused, now);
        double share = without / (without + lastSecond(settled, now));
        rate = Math.max(reached * (1 - (1 - SLOWER) * Math.min(1, share / MUCH)), Math.min(LEAST, full));
        balance = Math.min(balance, 0);
        slowedAt = now;
    }

    private static double lastSecond(Deque<Settled> all, long now) {
        return all.stream()
                .filter(s -> now - s.at() <= SECOND)
                .mapToDouble(Settled::units)
                .sum();
    }
}
