package dev.lockstep.table;

/**
 * Which of the primary's items its replicas should hold; for their users to implement.
 *
 * <p>It must answer the same for equal items, whenever it is asked, and be thread-safe. What it rejects is to the replicas
 * as if it were not in the primary.
 */
@FunctionalInterface
public interface ItemFilter {
    boolean keeps(Item item);
}
