package dev.lockstep.replicate;

import dev.lockstep.LockstepException;
import dev.lockstep.table.InvalidItemException;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import java.util.List;

/** Where a copy writes. Thread-safe. */
interface CopyTarget {
    /** As the user named it. */
    String name();

    /** Whether there is anything in it that a copy could write over. */
    boolean holdsItems();

    /** How many writes one call takes. */
    int batch();

    /**
     * Writes without conditions, at most {@link #batch} writes of different keys; all are durable when it returns.
     *
     * @throws InvalidItemException where one of them can never be written; others may not have been, either
     * @throws LockstepException where it failed for good
     */
    void write(List<Write> writes);

    /** A table, by BatchWriteItem. */
    static CopyTarget of(RetryingTable table) {
        return new CopyTarget() {
            @Override
            public String name() {
                return table.name();
            }

            @Override
            public boolean holdsItems() {
                return table.holdsItems();
            }

            @Override
            public int batch() {
                return Table.MAX_WRITE;
            }

            @Override
            public void write(List<Write> writes) {
                table.write(writes);
            }
        };
    }
}
