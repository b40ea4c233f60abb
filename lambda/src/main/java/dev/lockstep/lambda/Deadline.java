package dev.lockstep.lambda;

import java.time.Duration;

/**
 * When the work on an event must stop, so that Lambda gets an answer before it kills the function.
 *
 * <p>Between the stop and the answer lies the time that a call needs which was begun just before: its connection and read
 * time-outs. So no write is under way when the answer is given.
 */
final class Deadline {
    private static final Duration ANSWER = Duration.ofMillis(300);

    private final long stop;
    private final long end;

    private Deadline(long stop, long end) {
        this.stop = stop;
        this.end = end;
    }

    /** @param remaining until Lambda kills the function */
    static Deadline in(Duration remaining) {
        long now = System.nanoTime();
        Duration reserve = Clients.LONGEST_CALL.plus(ANSWER);
        Duration half = remaining.dividedBy(2);
        Duration kept = reserve.compareTo(half) < 0 ? reserve : half;
        return new Deadline(
                now + remaining.minus(kept).toNanos(),
                now + remaining.minus(ANSWER).toNanos());
    }

    /** From now on nothing new is begun. */
    boolean passed() {
        return untilStop() <= 0;
    }

    long untilStop() {
        return stop - System.nanoTime();
    }

    /** For what is under way to end. */
    long untilEnd() {
        return end - System.nanoTime();
    }
}
