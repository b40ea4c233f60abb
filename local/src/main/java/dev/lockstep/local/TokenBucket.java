package dev.lockstep.local;

import java.util.function.LongSupplier;

/**
 * Units a second, one second's worth saved up. Open while above zero, charged what was really used, so it can go below zero, as on AWS.
 * Not thread-safe: {@link Budget} guards it.
 */
final class TokenBucket {
    private static final double NANOS = 1e9;

    private final double rate;
    private final LongSupplier nanoTime;
    private double units;
    private long at;

    TokenBucket(double rate, LongSupplier nanoTime) {
        this.rate = rate;
        this.nanoTime = nanoTime;
        this.units = rate;
        this.at = nanoTime.getAsLong();
    }

    boolean open() {
        refill();
        return units > 0;
    }

    void take(double used) {
        refill();
        units -= used;
    }

    private void refill() {
        long now = nanoTime.getAsLong();
        units = Math.min(rate, units + (now - at) / NANOS * rate);
        at = now;
    }
}
