package dev.lockstep.replicate;

import dev.lockstep.capacity.Usage;
import dev.lockstep.table.Condition;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A replica that is not written to blindly when this process has just stood still; see {@link Pulse}. Thread-safe. */
public final class AwakeTable implements Table {
    private final Table table;
    private final Pulse pulse;

    public AwakeTable(Table table, Pulse pulse) {
        this.table = table;
        this.pulse = pulse;
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
    public String server() {
        return table.server();
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
        pulse.require("BatchWriteItem", name());
        return table.write(writes);
    }

    /** The condition sees to it that nothing newer is written over. */
    @Override
    public Swapped writeIf(Write write, Condition condition) {
        return table.writeIf(write, condition);
    }
}
