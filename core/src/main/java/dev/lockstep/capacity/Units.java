package dev.lockstep.capacity;

import java.util.stream.LongStream;

/**
 * What calls cost in capacity units by DynamoDB's published rules. The service's own figures are taken where it gives
 * them; these are the least that they can be, for what it leaves out (a refused write) and for stores that bill nothing
 * where DynamoDB does (an absent item).
 */
public final class Units {
    private static final double READ_BYTES = 4096;
    private static final double WRITE_BYTES = 1024;

    private Units() {}

    /** Reading items by key: each rounded up to 4 KB, an absent one a unit too; half of it when eventually consistent. */
    public static double keyedRead(LongStream itemBytes, long absent, boolean strong) {
        double units = absent
                + itemBytes
                        .mapToDouble(b -> Math.max(1, Math.ceil(b / READ_BYTES)))
                        .sum();
        return strong ? units : units / 2;
    }

    /** The least that a page of a scan costs, an empty one too. */
    public static double leastOfPage(boolean strong) {
        return strong ? 1 : 0.5;
    }

    /** A page of a scan: its items' bytes together rounded up to 4 KB; half of it when eventually consistent. */
    public static double page(long bytes, boolean strong) {
        double units = Math.max(1, Math.ceil(bytes / READ_BYTES));
        return strong ? units : units / 2;
    }

    /** Writing one item: the larger of what was there and what is put, by the kilobyte; at least one. */
    public static double write(long largerBytes) {
        return Math.max(1, Math.ceil(largerBytes / WRITE_BYTES));
    }
}
