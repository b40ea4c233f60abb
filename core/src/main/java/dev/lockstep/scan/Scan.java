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

/**
 * One segment of a table, page by page. The next page is fetched while this one is worked on; or, where the pages are saved in
 * a checkpoint, once this one is ({@link #goOn}), so that a kill costs one page. Used by one thread.
 */
public final class Scan implements AutoCloseable {
    private final Table table;
    private final Segment segment;
    private final Consistency consistency;
    private final PageSize size;
    private final Pool ahead;
    private final boolean held;
    private @Nullable Future<Page> coming;
    private @Nullable Key reached;
    private boolean unsaved;
    private boolean over;

    /** @param start begin after this key; null for the segment's beginning */
    public Scan(Table table, Segment segment, @Nullable Key start, Consistency consistency, PageSize size, Pool ahead) {
        this(table, segment, start, consistency, size, ahead, false);
    }

    /** @param held whether a page is asked for only when {@link #goOn} has told that the ones before it are saved */
    public Scan(
            Table table,
            Segment segment,
            @Nullable Key start,
            Consistency consistency,
            PageSize size,
            Pool ahead,
            boolean held) {
        this.table = table;
        this.segment = segment;
        this.consistency = consistency;
        this.size = size;
        this.ahead = ahead;
        this.held = held;
        this.reached = held ? start : null;
        fetch(start);
    }

    private Scan(Table table, Segment segment, Consistency consistency, PageSize size, Pool ahead) {
        this.table = table;
        this.segment = segment;
        this.consistency = consistency;
        this.size = size;
        this.ahead = ahead;
        this.held = true;
        this.over = true;
    }

    /** A held scan that an earlier run has read to its end. */
    public static Scan ended(Table table, Segment segment, Consistency consistency, PageSize size, Pool ahead) {
        return new Scan(table, segment, consistency, size, ahead);
    }

    private void fetch(@Nullable Key start) {
        coming = ahead.ahead(() -> table.scan(segment, start, size.limit(), consistency));
    }

    public boolean done() {
        return over;
    }

    /** Whether pages were handed out that are not known to be saved; of a held scan only. */
    public boolean unsaved() {
        return unsaved;
    }

    /** What was handed out so far is saved: the next page may be asked for. */
    public void goOn() {
        unsaved = false;
        if (coming == null && !over) {
            fetch(reached);
        }
    }

    /** The next page's items, possibly none. Only to be called while not {@link #done}. */
    public List<Item> next() {
        if (coming == null) {
            throw new IllegalStateException(
                    "the scan of segment " + segment + (over ? " is over" : " has a page that is not saved"));
        }
        Page page = ahead.get(coming);
        size.saw(page.items());
        coming = null;
        reached = page.next();
        over = page.next() == null;
        unsaved = held;
        if (!over && !held) {
            fetch(reached);
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
