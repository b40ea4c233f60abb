package dev.lockstep.capacity;

/**
 * Dollars for a million units.
 *
 * @param reads a million read units
 * @param writes a million write units
 */
public record Prices(double reads, double writes) {
    /** On demand, in us-east-1, since November 2024. */
    public static final Prices ON_DEMAND = new Prices(0.125, 0.625);

    private static final double MILLION = 1e6;

    public double dollars(double readUnits, double writeUnits) {
        return (readUnits * reads + writeUnits * writes) / MILLION;
    }
}
