package dev.lockstep.table;

import dev.lockstep.capacity.Pace;
import dev.lockstep.capacity.Units;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** A table whose reads keep to a budget of read units a second; writes pass. Thread-safe. */
public final class PacedTable extends ForwardingTable {
    private final Pace reads;

    public PacedTable(Table table, Pace reads) {
        super(table);
        this.reads = reads;
    }

    @Override
    public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
        reads.await();
        Page page = super.scan(segment, start, limit, consistency);
        long bytes = page.items().stream().mapToLong(Item::size).sum();
        reads.charge(Units.page(bytes, consistency == Consistency.STRONG));
        return page;
    }

    @Override
    public Found read(Collection<Key> keys, Consistency consistency) {
        reads.await();
        Found found = super.read(keys, consistency);
        long absent = keys.size() - found.items().size();
        reads.charge(Units.keyedRead(
                found.items().values().stream().mapToLong(Item::size), absent, consistency == Consistency.STRONG));
        return found;
    }
}
