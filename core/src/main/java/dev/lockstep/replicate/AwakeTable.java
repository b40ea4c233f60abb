package dev.lockstep.replicate;

import dev.lockstep.table.ForwardingTable;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import java.util.List;

/**
 * A replica that is not written to blindly when this process has just stood still; see {@link Pulse}. Conditional writes pass: nothing
 * newer can be written over. Thread-safe.
 */
public final class AwakeTable extends ForwardingTable {
    private final Pulse pulse;

    public AwakeTable(Table table, Pulse pulse) {
        super(table);
        this.pulse = pulse;
    }

    @Override
    public List<Write> write(List<Write> writes) {
        pulse.require("BatchWriteItem", name());
        return super.write(writes);
    }
}
