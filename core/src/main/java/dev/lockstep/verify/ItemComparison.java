package dev.lockstep.verify;

import dev.lockstep.table.Item;

/**
 * When a replica's item may count as equal to the primary's; for their users to implement.
 *
 * <p>It is asked only of two items that have the same key and are not equal by value, so it can only be laxer than {@link
 * #EXACT}. It sees neither attributes that are ignored nor those that old global tables add. It must answer the same
 * whenever it is asked, and be thread-safe.
 */
@FunctionalInterface
public interface ItemComparison {
    /** Equal by value in every attribute, as DynamoDB's own {@code =} is. */
    ItemComparison EXACT = Item::equals;

    boolean same(Item primary, Item replica);
}
