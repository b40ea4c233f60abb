package dev.lockstep.streams;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Condition;
import dev.lockstep.table.ForwardingTable;
import dev.lockstep.table.Key;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A table that cannot be reached for a while. */
final class AwayTable extends ForwardingTable {
    private final Table table;
    private final AtomicBoolean away;

    AwayTable(Table table, AtomicBoolean away) {
        super(table);
        this.table = table;
        this.away = away;
    }

    private Table reached() {
        if (away.get()) {
            throw new LockstepException("call", name(), "away", "", true, null);
        }
        return table;
    }

    @Override
    public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
        return reached().scan(segment, start, limit, consistency);
    }

    @Override
    public Found read(Collection<Key> keys, Consistency consistency) {
        return reached().read(keys, consistency);
    }

    @Override
    public List<Write> write(List<Write> writes) {
        return reached().write(writes);
    }

    @Override
    public Swapped writeIf(Write write, Condition condition) {
        return reached().writeIf(write, condition);
    }
}
