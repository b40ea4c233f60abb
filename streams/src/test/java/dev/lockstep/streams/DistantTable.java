package dev.lockstep.streams;

import dev.lockstep.CancelledException;
import dev.lockstep.capacity.Usage;
import dev.lockstep.table.Condition;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A table whose answers are old when they arrive: what they tell may have changed on the way. */
final class DistantTable implements Table {
    private final Table table;
    private final Duration way;

    DistantTable(Table table, Duration way) {
        this.table = table;
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

    @Override
    public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
        return late(table.scan(segment, start, limit, consistency));
    }

    @Override
    public Found read(Collection<Key> keys, Consistency consistency) {
        return late(table.read(keys, consistency));
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
