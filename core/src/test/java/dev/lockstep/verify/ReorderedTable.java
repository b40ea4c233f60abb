package dev.lockstep.verify;

import dev.lockstep.capacity.Usage;
import dev.lockstep.table.Condition;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The same table, scanned in another order, its items in other segments: what no documentation excludes. */
record ReorderedTable(MemoryTable table, int seed, int pageSize) implements Table {
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
