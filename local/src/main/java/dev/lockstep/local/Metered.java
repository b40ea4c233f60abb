package dev.lockstep.local;

/**
 * What one call cost one table, and when.
 *
 * @param nanoTime as {@link System#nanoTime}, after the upstream had answered and before the client was
 * @param write write units, else read units
 */
public record Metered(long nanoTime, String table, boolean write, double units) {}
