package dev.lockstep.verify;

import dev.lockstep.table.ForwardingTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.Segment;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The same table, scanned in another order, its items in other segments: what no documentation excludes. */
final class ReorderedTable extends ForwardingTable {
    private final MemoryTable table;
    private final int seed;
    private final int pageSize;

    ReorderedTable(MemoryTable table, int seed, int pageSize) {
        super(table);
        this.table = table;
        this.seed = seed;
        this.pageSize = pageSize;
    }

    private int place(Key key) {
        int h = (key.hashCode() ^ seed) * 0x9E3779B9;
        return h ^ h >>> 15;
    }

    @Override
    public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
        usage().request("Scan");
        List<Item> items = table.items().stream()
                .filter(i -> Math.floorMod(place(keyOf(i)), segment.total()) == segment.index())
                .sorted(Comparator.comparing((Item i) -> place(keyOf(i))).thenComparing(i -> keyOf(i).toString()))
                .dropWhile(i -> start != null && !keyOf(i).equals(start))
                .skip(start == null ? 0 : 1)
                .limit(pageSize)
                .toList();
        return new Page(items, items.size() < pageSize ? null : keyOf(items.get(items.size() - 1)));
    }

    private Key keyOf(Item item) {
        return keys().keyOf(item.attributes());
    }
}
