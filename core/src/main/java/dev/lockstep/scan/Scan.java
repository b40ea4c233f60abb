package dev.lockstep.scan;

import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.Table.Page;
import dev.lockstep.work.Pool;
import java.util.List;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One segment of a table, page by page, the next page fetched while this one is worked on. Used by one thread. */
public final class Scan implements AutoCloseable {
    private final Table table;
    private final Segment segment;
    private final Consistency consistency;
    private final PageSize size;
    private final Pool ahead;
    private @Nullable Future<Page> coming;
    private @Nullable Key reached;

    /** @param start begin after this key; null for the segment's beginning */
    public Scan(Table table, Segment segment, @Nullable Key start, Consistency consistency, PageSize size, Pool ahead) {
        this.table = table;
        this.segment = segment;
        this.consistency = consistency;
        this.size = size;
        this.ahead = ahead;
        fetch(start);
    }

    private void fetch(@Nullable Key start) {
        coming = ahead.ahead(() -> table.scan(segment, start, size.limit(), consistency));
    }

    public boolean done() {
        return coming == null;
    }

    /** The next page's items, possibly none. Only to be called while not {@link #done}. */
    public List<Item> next() {
        if (coming == null) {
            throw new IllegalStateException("the scan of segment " + segment + " is over");
        }
        Page page = ahead.get(coming);
        size.saw(page.items());
        coming = null;
        reached = page.next();
        if (page.next() != null) {
            fetch(page.next());
        }
        return page.items();
    }

    /** Where a scan must begin that goes on after the pages handed out so far; null where that is all, or nothing yet. */
    public @Nullable Key reached() {
        return reached;
    }

    @Override
    public void close() {
        if (coming != null) {
            coming.cancel(true);
        }
    }
}
