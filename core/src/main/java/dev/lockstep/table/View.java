package dev.lockstep.table;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What replicas should hold of a primary: the items that all filters keep, transformed in order.
 *
 * <p>It is a function of one item, so a primary seen through it is a table like any other, whose items change when the
 * primary's do: whatever holds of comparing, repairing and copying a table holds of its view. As thread-safe as its parts.
 */
public final class View {
    /** Everything, as it is. */
    public static final View WHOLE = new View(List.of(), List.of());

    private final List<ItemFilter> filters;
    private final List<ItemTransformation> transformations;

    public View(List<ItemFilter> filters, List<ItemTransformation> transformations) {
        this.filters = List.copyOf(filters);
        this.transformations = List.copyOf(transformations);
    }

    public static View of(ItemFilter filter) {
        return new View(List.of(filter), List.of());
    }

    public static View of(ItemTransformation transformation) {
        return new View(List.of(), List.of(transformation));
    }

    /** Whether it lets everything through as it is. */
    public boolean whole() {
        return filters.isEmpty() && transformations.isEmpty();
    }

    /**
     * What replicas should hold in place of this item; empty where that is nothing.
     *
     * @throws LockstepException where a filter or transformation fails, or the key is not the same afterwards
     */
    public Optional<Item> seen(Item item, KeySchema keys) {
        Item seen = item;
        for (ItemFilter filter : filters) {
            if (!call(filter, () -> filter.keeps(item))) {
                return Optional.empty();
            }
        }
        for (ItemTransformation transformation : transformations) {
            Item before = seen;
            seen = call(transformation, () -> transformation.apply(before));
            requireKey(transformation, item, seen, keys);
        }
        return Optional.of(seen);
    }

    private interface Call<T> {
        @Nullable
        T made();
    }

    /** What fails in code that is not ours is told as such, without its message: that may quote the item. */
    private static <T> T call(Object part, Call<T> call) {
        T made;
        try {
            made = call.made();
        } catch (CancelledException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            throw failure(part, "it failed on an item with " + e.getClass().getName(), e);
        }
        if (made == null) {
            throw failure(part, "it made null of an item", null);
        }
        return made;
    }

    private static void requireKey(Object part, Item before, Item after, KeySchema keys) {
        if (!keys.isKeyOf(after.attributes(), keys.keyOf(before.attributes()))) {
            throw failure(part, "it changed an item's key (" + keys + "); a replica's items have the primary's", null);
        }
    }

    private static LockstepException failure(Object part, String problem, @Nullable Throwable cause) {
        return new LockstepException(
                "apply",
                part.getClass().getName(),
                problem,
                "Mend the filter or transformation",
                false,
                ForeignFailure.of(cause));
    }

    /** The table as replicas should see it: what is read is seen through this, writes go through as they are. */
    public Table over(Table table) {
        return whole() ? table : new Seen(table, this);
    }

    /** The same for a table that makes answers whole; calls are tried again as before. */
    public RetryingTable over(RetryingTable table) {
        return whole() ? table : table.wrapped(this::over);
    }

    private static final class Seen extends ForwardingTable {
        private final View view;

        Seen(Table table, View view) {
            super(table);
            this.view = view;
        }

        @Override
        public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
            Page page = super.scan(segment, start, limit, consistency);
            List<Item> items = new ArrayList<>();
            page.items().forEach(item -> view.seen(item, keys()).ifPresent(items::add));
            return new Page(items, page.next());
        }

        @Override
        public Found read(Collection<Key> keys, Consistency consistency) {
            Found found = super.read(keys, consistency);
            Map<Key, Item> items = new HashMap<>();
            found.items().forEach((key, item) -> view.seen(item, keys()).ifPresent(seen -> items.put(key, seen)));
            return new Found(items, found.unprocessed());
        }
    }
}
