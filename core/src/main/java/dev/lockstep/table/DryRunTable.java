package dev.lockstep.table;

import dev.lockstep.capacity.Usage;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A table that is read but never written: each write is answered as if it had been done. */
public record DryRunTable(Table table) implements Table {
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
        return List.of();
    }

    @Override
    public Swapped writeIf(Write write, Condition condition) {
        return new Swapped(true, null);
    }
}
