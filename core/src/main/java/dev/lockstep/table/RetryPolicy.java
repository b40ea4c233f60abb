package dev.lockstep.table;

import dev.lockstep.InvalidSettingsException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often and after which pause a failed call is made again: exponential backoff with full jitter.
 *
 * @param maxRetries tries after the first without any progress between them
 * @param base the longest pause before the first retry; it doubles with each one
 * @param cap no pause is longer
 */
public record RetryPolicy(int maxRetries, Duration base, Duration cap) {
    public static final RetryPolicy DEFAULT = new RetryPolicy(10, Duration.ofMillis(50), Duration.ofSeconds(20));
    /** For the first call to a table: a wrong endpoint should be told within seconds. */
    public static final RetryPolicy BRIEF = new RetryPolicy(3, Duration.ofMillis(50), Duration.ofSeconds(1));

    /** For what is waited for as long as it takes: soon at first, then every half minute. */
    public static final RetryPolicy FOR_EVER =
            new RetryPolicy(Integer.MAX_VALUE, Duration.ofMillis(200), Duration.ofSeconds(30));

    public RetryPolicy {
        if (maxRetries < 0 || base.isNegative() || cap.isNegative()) {
            throw new InvalidSettingsException("check", "retry settings", "they may not be negative", "");
        }
    }

    /** The pause before retry {@code number}, counted from 0: a random part of base × 2^number, at most the cap. */
    public Duration pause(int number) {
        double longest = Math.min(cap.toNanos(), base.toNanos() * Math.pow(2, number));
        return Duration.ofNanos((long) (ThreadLocalRandom.current().nextDouble() * longest));
    }
}
