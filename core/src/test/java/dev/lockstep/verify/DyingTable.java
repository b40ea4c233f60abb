package dev.lockstep.verify;

import dev.lockstep.LockstepException;
import dev.lockstep.capacity.Usage;
import dev.lockstep.table.Condition;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A table whose conditional writes take effect and then fail for good, as if the process had died there. */
record DyingTable(MemoryTable table) implements Table {
    @Override
    public Swapped writeIf(Write write, Condition condition) {
        var unused = table.writeIf(write, condition);
        throw new LockstepException("PutItem", name(), "the line went dead", "");
    }

    @Override
    public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
        return table.scan(segment, start, limit, consistency);
    }

    @Override
    public Found read(Collection<Key> keys, Consistency consistency) {
        return table.read(keys, consistency);
    }

    @Override
    public List<Write> write(List<Write> writes) {
        return table.write(writes);
    }

    @Override
    public String name() {
        return table.name();
    }

    @Override
    public String id() {
        return table.id();
    }

    @Override
    public KeySchema keys() {
        return table.keys();
    }

    @Override
    public Size size() {
        return table.size();
    }

    @Override
    public Usage usage() {
        return table.usage();
    }
}
