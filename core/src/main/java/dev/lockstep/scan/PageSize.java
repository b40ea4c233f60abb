package dev.lockstep.scan;

import dev.lockstep.table.Item;
import java.util.List;

/**
 * How many items a page may hold so that, decoded, it fits its part of the heap.
 *
 * <p>DynamoDB ends a page at 1 MB, but 1 MB of tiny attributes takes fifty times as much once decoded. Where the heap is
 * ample there is no limit; where it is small the limit follows the items seen. Thread-safe.
 */
public final class PageSize {
    /** A page of 1 MB takes at most about this much, whatever is in it. */
    private static final long WORST_PAGE = 96L << 20;
    /** Where nothing is known yet and memory is short. */
    private static final int FIRST = 250;

    private final long target;
    private volatile double heapPerItem;

    /** @param target bytes of heap that one decoded page should not exceed by much */
    public PageSize(long target) {
        this.target = target;
    }

    /** For Scan's Limit; 0 is none. */
    int limit() {
        if (target >= WORST_PAGE) {
            return 0;
        }
        double perItem = heapPerItem;
        return perItem == 0 ? FIRST : (int) Math.max(1, Math.min(target / perItem, 1 << 20));
    }

    void saw(List<Item> items) {
        if (target < WORST_PAGE && !items.isEmpty()) {
            double average = items.stream().mapToLong(Item::heap).average().orElse(0);
            heapPerItem = Math.max(average, heapPerItem * 0.75);
        }
    }
}
