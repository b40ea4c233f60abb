package dev.lockstep.verify;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Condition;
import dev.lockstep.table.ForwardingTable;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.Write;

/** A table whose conditional writes take effect and then fail for good, as if the process had died there. */
final class DyingTable extends ForwardingTable {
    DyingTable(MemoryTable table) {
        super(table);
    }

    @Override
    public Swapped writeIf(Write write, Condition condition) {
        var unused = super.writeIf(write, condition);
        throw new LockstepException("PutItem", name(), "the line went dead", "");
    }
}
