package dev.lockstep.streams.status;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts lags to two significant digits of milliseconds, rounded up: 0 to 99 ms one by one, then 100, 110, … 990, 1,000,
 * 1,100 and so on, to 27 hours. So every bound that people use (25 ms, 0.5 s, 30 s) is exact. It only grows; what happened
 * between two moments is the difference of two counts. Thread-safe; 5 KB for ever.
 */
final class LagHistogram {
    private static final int DECADES = 6;
    private static final int BUCKETS = 100 + 90 * DECADES;

    private final AtomicLongArray buckets = new AtomicLongArray(BUCKETS);
    private final LongAdder micros = new LongAdder();

    /** Counts so many changes of the same lag; a clock that runs ahead makes lags negative, which count as none. */
    void record(Duration lag, long changes) {
        Duration real = lag.isNegative() ? Duration.ZERO : lag;
        long millis = real.toMillis() + (real.toNanosPart() % 1_000_000 == 0 ? 0 : 1);
        buckets.addAndGet(bucket(millis), changes);
        micros.add((real.toMillis() * 1000 + real.toNanosPart() / 1000 % 1000) * changes);
    }

    private static int bucket(long millis) {
        if (millis < 100) {
            return (int) millis;
        }
        long unit = 10;
        int decade = 0;
        while ((millis + unit - 1) / unit > 99 && decade < DECADES) {
            unit *= 10;
            decade++;
        }
        // 991 ms is more than 990, and so is 1,000 ms: the first of the next decade.
        long digits = (millis + unit - 1) / unit;
        return decade == DECADES ? BUCKETS - 1 : (int) (100 + 90L * decade + digits - 10);
    }

    /** The largest lag that the bucket counts, in milliseconds. */
    static long bound(int bucket) {
        if (bucket < 100) {
            return bucket;
        }
        long unit = 10;
        for (int decade = (bucket - 100) / 90; decade > 0; decade--) {
            unit *= 10;
        }
        return ((bucket - 100) % 90 + 10) * unit;
    }

    Counts counts() {
        long[] now = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            now[i] = buckets.get(i);
        }
        return new Counts(now, micros.sum() / 1e6);
    }

    /** What was counted up to a moment, or between two. Immutable. */
    static final class Counts {
        static final Counts NONE = new Counts(new long[BUCKETS], 0);

        private final long[] counts;
        private final double seconds;

        private Counts(long[] counts, double seconds) {
            this.counts = counts;
            this.seconds = seconds;
        }

        Counts since(Counts earlier) {
            long[] between = new long[BUCKETS];
            for (int i = 0; i < BUCKETS; i++) {
                between[i] = counts[i] - earlier.counts[i];
            }
            return new Counts(between, seconds - earlier.seconds);
        }

        long total() {
            return atMost(Duration.ofMillis(Long.MAX_VALUE));
        }

        /** The sum of all lags in seconds. */
        double seconds() {
            return seconds;
        }

        /** How many lags were not longer; exact where the bound has two significant digits. */
        long atMost(Duration bound) {
            long sum = 0;
            for (int i = 0; i < BUCKETS && bound(i) <= bound.toMillis(); i++) {
                sum += counts[i];
            }
            return sum;
        }

        /** The lag that this share of the changes did not exceed; empty where there were no changes. */
        Optional<Duration> quantile(double share) {
            long rank = Math.max(1, (long) Math.ceil(share * total()));
            long sum = 0;
            for (int i = 0; i < BUCKETS; i++) {
                sum += counts[i];
                if (sum >= rank) {
                    return Optional.of(Duration.ofMillis(bound(i)));
                }
            }
            return Optional.empty();
        }

        /** Tells each lag that occurred and how often. */
        void forEach(Each each) {
            for (int i = 0; i < BUCKETS; i++) {
                if (counts[i] > 0) {
                    each.lag(Duration.ofMillis(bound(i)), counts[i]);
                }
            }
        }

        interface Each {
            void lag(Duration lag, long changes);
        }
    }
}
