package dev.lockstep.table;

import java.util.List;

/** A table that is read but never written: each write is answered as if it had been done. */
public final class DryRunTable extends ForwardingTable {
    public DryRunTable(Table table) {
        super(table);
    }

    @Override
    public List<Write> write(List<Write> writes) {
        return List.of();
    }

    @Override
    public Swapped writeIf(Write write, Condition condition) {
        return new Swapped(true, null);
    }
}
