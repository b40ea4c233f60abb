package dev.lockstep.backup;

import dev.lockstep.LockstepException;
import dev.lockstep.capacity.Usage;
import dev.lockstep.table.Condition;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A table that answers so many pages of scans, then none. */
class FailingTable implements Table {
    private final Table table;
    private final int pages;
    private final AtomicInteger answered = new AtomicInteger();
    private final Set<Integer> segments = ConcurrentHashMap.newKeySet();

    FailingTable(Table table, int pages) {
        this.table = table;
        this.pages = pages;
    }

    Set<Integer> segmentsRead() {
        return segments;
    }

    /** Called after each page, from 1 on. */
    void afterScan(int number) {}

    @Override
    public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
        int number = answered.incrementAndGet();
        if (number > pages) {
            throw new LockstepException("Scan", name(), "AccessDeniedException", "");
        }
        segments.add(segment.index());
        Page page = table.scan(segment, start, limit, consistency);
        afterScan(number);
        return page;
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
    public Found read(Collection<Key> keys, Consistency consistency) {
        return table.read(keys, consistency);
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
