package dev.lockstep.table;

import dev.lockstep.capacity.Pace;
import dev.lockstep.capacity.Units;
import dev.lockstep.capacity.Usage;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A table whose reads keep to a budget of read units a second; writes pass. Thread-safe. */
public final class PacedTable implements Table {
    private final Table table;
    private final Pace reads;

    public PacedTable(Table table, Pace reads) {
        this.table = table;
        this.reads = reads;
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
        reads.await();
        Page page = table.scan(segment, start, limit, consistency);
        long bytes = page.items().stream().mapToLong(Item::size).sum();
        reads.charge(Units.page(bytes, consistency == Consistency.STRONG));
        return page;
    }

    @Override
    public Found read(Collection<Key> keys, Consistency consistency) {
        reads.await();
        Found found = table.read(keys, consistency);
        long absent = keys.size() - found.items().size();
        reads.charge(Units.keyedRead(
                found.items().values().stream().mapToLong(Item::size), absent, consistency == Consistency.STRONG));
        return found;
    }

    @Override
    public List<Write> write(List<Write> writes) {
        return table.write(writes);
    }

    @Override
    public Swapped writeIf(Write write, Condition condition) {
        return table.writeIf(write, condition);
    }
}
