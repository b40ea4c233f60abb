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
    private static final long ITEM = 400 << 10;
    /** A page ends at 1 MB; where a store ends it with the item that goes beyond, there is that item more. */
    private static final long PAGE = (1 << 20) + ITEM;
    /** An answer to a batch of keys ends at 16 MB. */
    private static final long ANSWER = (16 << 20) + ITEM;

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

    /** The most that a page of a scan costs; {@code limit} is how many items it may hold, 0 for any number. */
    public static double mostOfPage(int limit, boolean strong) {
        return page(limit == 0 ? PAGE : Math.min(PAGE, limit * ITEM), strong);
    }

    /** The most that reading so many keys at once costs. */
    public static double mostOfKeyedRead(int keys, boolean strong) {
        double units = Math.min(keys * Math.ceil(ITEM / READ_BYTES), Math.ceil(ANSWER / READ_BYTES) + keys);
        return strong ? units : units / 2;
    }

    /** The most that so many writes cost, whatever they replace, in a table without secondary indexes. */
    public static double mostOfWrites(int writes) {
        return writes * Math.ceil(ITEM / WRITE_BYTES);
    }

    /** Writing one item: the larger of what was there and what is put, by the kilobyte; at least one. */
    public static double write(long largerBytes) {
        return Math.max(1, Math.ceil(largerBytes / WRITE_BYTES));
    }
}
