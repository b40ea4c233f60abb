package dev.lockstep.streams;

import dev.lockstep.CancelledException;
import dev.lockstep.table.ForwardingTable;
import dev.lockstep.table.Key;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A table whose answers are old when they arrive: what they tell may have changed on the way. */
final class DistantTable extends ForwardingTable {
    private final Duration way;

    DistantTable(Table table, Duration way) {
        super(table);
        this.way = way;
    }

    private <T> T late(T answer) {
        try {
            TimeUnit.NANOSECONDS.sleep(way.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("read", name());
        }
        return answer;
    }

    @Override
    public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
        return late(super.scan(segment, start, limit, consistency));
    }

    @Override
    public Found read(Collection<Key> keys, Consistency consistency) {
        return late(super.read(keys, consistency));
    }
}
