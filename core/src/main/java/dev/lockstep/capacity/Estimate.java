package dev.lockstep.capacity;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What a job will cost, as far as can be told before it.
 *
 * @param items that are read, of one table or source, however many are written
 * @param bytes of these items
 * @param basis where items and bytes are known from, for people
 * @param shares of each table that is called
 * @param without what is left out, for people; a sentence each
 */
public record Estimate(long items, long bytes, String basis, List<Share> shares, List<String> without) {
    /**
     * One table's part.
     *
     * @param readRate read units a second that the job may use, infinite where it may use any
     * @param writeRate write units, likewise
     */
    public record Share(String table, double readUnits, double writeUnits, double readRate, double writeRate) {
        double seconds() {
            return Math.max(readUnits / readRate, writeUnits / writeRate);
        }
    }

    private static final double KILOBYTE = 1024;

    public Estimate {
        shares = List.copyOf(shares);
        without = List.copyOf(without);
    }

    /** Scanning all of so many bytes. */
    public static double scan(double bytes, boolean strong) {
        return bytes == 0 ? Units.leastOfPage(strong) : bytes / (strong ? 4 : 8) / KILOBYTE;
    }

    /**
     * Writing so many items of so many bytes together, where nothing larger was. Each is rounded up to a kilobyte: where
     * they are larger than that on average, half a kilobyte is lost with each.
     */
    public static double writes(double items, double bytes) {
        double average = items == 0 ? 0 : bytes / items;
        return items * (average <= KILOBYTE ? 1 : average / KILOBYTE + 0.5);
    }

    public double readUnits() {
        return shares.stream().mapToDouble(Share::readUnits).sum();
    }

    public double writeUnits() {
        return shares.stream().mapToDouble(Share::writeUnits).sum();
    }

    /** How long the budgets make it last; empty where nothing has a budget. */
    public OptionalDouble seconds() {
        double longest = shares.stream().mapToDouble(Share::seconds).max().orElse(0);
        return longest > 0 ? OptionalDouble.of(longest) : OptionalDouble.empty();
    }
}
