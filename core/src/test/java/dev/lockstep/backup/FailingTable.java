package dev.lockstep.backup;

import dev.lockstep.LockstepException;
import dev.lockstep.table.ForwardingTable;
import dev.lockstep.table.Key;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A table that answers so many pages of scans, then none. */
class FailingTable extends ForwardingTable {
    private final int pages;
    private final AtomicInteger answered = new AtomicInteger();
    private final Set<Integer> segments = ConcurrentHashMap.newKeySet();

    FailingTable(Table table, int pages) {
        super(table);
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
        Page page = super.scan(segment, start, limit, consistency);
        afterScan(number);
        return page;
    }
}
