package dev.lockstep.restore;

import dev.lockstep.capacity.Usage;
import dev.lockstep.table.Condition;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What some keys should come to hold, as a table that never changes: the primary of a repair. */
record Wanted(String name, KeySchema keys, Map<Key, Item> items) implements Table {
    @Override
    public String id() {
        return name;
    }

    @Override
    public Size size() {
        return new Size(items.size(), 0);
    }

    @Override
    public Usage usage() {
        return new Usage();
    }

    @Override
    public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
        throw new UnsupportedOperationException("is read by key only");
    }

    @Override
    public Found read(Collection<Key> asked, Consistency consistency) {
        Map<Key, Item> found = new HashMap<>();
        for (Key key : asked) {
            Item item = items.get(key);
            if (item != null) {
                found.put(key, item);
            }
        }
        return new Found(found, List.of());
    }

    @Override
    public List<Write> write(List<Write> writes) {
        throw new UnsupportedOperationException("is never written");
    }

    @Override
    public Swapped writeIf(Write write, Condition condition) {
        throw new UnsupportedOperationException("is never written");
    }
}
