package dev.lockstep.verify;

import dev.lockstep.scan.Scan;
import dev.lockstep.scan.TwinScan;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Matches the items of one segment of the primary and of one replica by key, in a window of bounded size.
 *
 * <p>Matched and equal items are forgotten. Matched and unequal ones, and those that leave the window unmatched and are
 * not found equal in the other table, become suspects. Both tables are expected to come in the same order, which is
 * documented nowhere; so the order decides only how often the other table must be asked, never the result.
 *
 * <p>Used by one thread.
 */
final class Matcher implements TwinScan.Follower {
    /** Which side is known to have read further in the common order. */
    private enum Ahead {
        UNKNOWN,
        PRIMARY,
        REPLICA
    }

    private final KeyedTable primaryTable;
    private final KeyedTable replicaTable;
    private final Scan replicaScan;
    private final Comparison comparison;
    private final Finds finds;
    private final Order order;
    private final long windowBytes;
    private final long batchBytes;
    private final Side primary = new Side();
    private final Side replica = new Side();
    private Ahead ahead = Ahead.UNKNOWN;

    /** A table that is asked for single items, and that is all. */
    private record KeyedTable(Table table) {
        Map<Key, Item> get(List<Waiting> entries) {
            return table.read(entries.stream().map(Waiting::key).toList(), Consistency.EVENTUAL)
                    .items();
        }
    }

    /**
     * Whether the two tables have come in the same order so far. Shared by all segments of a replica. Thread-safe.
     *
     * <p>An item that the other side has passed by is surely missing there if they do; then it need not be asked for
     * twice, once here and once by the strong reads that confirm it.
     */
    static final class Order {
        private static final int ENOUGH = 20;
        private final LongAdder kept = new LongAdder();
        private final LongAdder broken = new LongAdder();

        boolean holds() {
            long kept = this.kept.sum();
            return kept >= ENOUGH && kept >= 9 * broken.sum();
        }

        boolean neverBroken() {
            return kept.sum() >= ENOUGH && broken.sum() == 0;
        }

        void learned(long kept, long broken) {
            this.kept.add(kept);
            this.broken.add(broken);
        }
    }

    /** An item that waits for its other half; {@code end} is how many bytes its side had read with it. */
    private record Waiting(Key key, Item item, long heap, long end) {}

    /** One table's half of the window. */
    private static final class Side {
        private final Map<Key, Waiting> waiting = new LinkedHashMap<>();
        private long bytes;
        private long read;
        private long matched;
        private boolean over;

        Waiting arrived(Key key, Item item) {
            long heap = item.heap() + 2 * key.heap();
            read += heap;
            return new Waiting(key, item, heap, read);
        }

        void keep(Waiting entry) {
            waiting.put(entry.key(), entry);
            bytes += entry.heap();
        }

        @Nullable
        Waiting take(Key key) {
            Waiting entry = waiting.remove(key);
            if (entry != null) {
                bytes -= entry.heap();
            }
            return entry;
        }

        /** Returns whether this match came after all earlier ones in this side's order. */
        boolean matchedAt(Waiting entry) {
            boolean inOrder = entry.end() > matched;
            matched = Math.max(matched, entry.end());
            return inOrder;
        }

        /** Bytes read since the last item that both sides have. */
        long ahead() {
            return read - matched;
        }

        /** Whether the oldest entry lies before an item that both sides have: the other side has passed it by. */
        boolean hasPassed() {
            Iterator<Waiting> oldest = waiting.values().iterator();
            return oldest.hasNext() && oldest.next().end() < matched;
        }

        List<Waiting> oldest(long maxBytes, boolean passedOnly) {
            List<Waiting> batch = new ArrayList<>();
            long heap = 0;
            Iterator<Waiting> entries = waiting.values().iterator();
            while (entries.hasNext() && batch.size() < Table.MAX_READ) {
                Waiting next = entries.next();
                heap += next.heap();
                if ((passedOnly && next.end() >= matched) || (heap > maxBytes && !batch.isEmpty())) {
                    break;
                }
                batch.add(next);
                entries.remove();
                bytes -= next.heap();
            }
            return batch;
        }
    }

    Matcher(
            Table primary,
            Table replica,
            Scan replicaScan,
            Comparison comparison,
            Finds finds,
            Order order,
            long windowBytes,
            long batchBytes) {
        this.primaryTable = new KeyedTable(primary);
        this.replicaTable = new KeyedTable(replica);
        this.replicaScan = replicaScan;
        this.comparison = comparison;
        this.finds = finds;
        this.order = order;
        this.windowBytes = windowBytes;
        this.batchBytes = batchBytes;
    }

    /** Goes on with keys that waited when a checkpoint was saved; what is gone since is as if it had not been read. */
    void restore(List<Key> fromPrimary, List<Key> fromReplica, boolean primaryOver, boolean replicaOver) {
        restore(primary, primaryTable, fromPrimary);
        restore(replica, replicaTable, fromReplica);
        primary.over = primaryOver;
        replica.over = replicaOver;
    }

    private static void restore(Side side, KeyedTable table, List<Key> keys) {
        for (int from = 0; from < keys.size(); from += Table.MAX_READ) {
            List<Key> some = keys.subList(from, Math.min(keys.size(), from + Table.MAX_READ));
            Map<Key, Item> found =
                    table.table().read(some, Consistency.EVENTUAL).items();
            some.forEach(key -> {
                Item item = found.get(key);
                if (item != null) {
                    side.keep(side.arrived(key, item));
                }
            });
        }
    }

    List<Key> waitingInPrimary() {
        return List.copyOf(primary.waiting.keySet());
    }

    List<Key> waitingInReplica() {
        return List.copyOf(replica.waiting.keySet());
    }

    @Override
    public Scan replica() {
        return replicaScan;
    }

    @Override
    public boolean behind() {
        return switch (ahead) {
            case PRIMARY -> true;
            case REPLICA -> false;
            case UNKNOWN -> primary.ahead() > replica.ahead();
        };
    }

    @Override
    public void primaryPage(List<Item> items, boolean last) {
        for (Item item : items) {
            Key key = primaryTable.table().keys().keyOf(item.attributes());
            arrived(primary.arrived(key, item), primary, replica);
        }
        primary.over = last;
        trim();
    }

    @Override
    public void replicaPage(List<Item> items, boolean last) {
        for (Item item : items) {
            Key key = replicaTable.table().keys().keyOf(item.attributes());
            arrived(replica.arrived(key, item), replica, primary);
        }
        replica.over = last;
        trim();
    }

    private void arrived(Waiting entry, Side mine, Side other) {
        Waiting half = other.take(entry.key());
        if (half == null) {
            mine.keep(entry);
            return;
        }
        boolean inOrder = mine.matchedAt(entry) & other.matchedAt(half);
        order.learned(inOrder ? 1 : 0, inOrder ? 0 : 1);
        ahead = Ahead.UNKNOWN;
        Waiting fromPrimary = mine == primary ? entry : half;
        Waiting fromReplica = mine == primary ? half : entry;
        compare(fromPrimary, fromReplica.item());
    }

    private void compare(Waiting fromPrimary, @Nullable Item inReplica) {
        if (inReplica != null && comparison.same(fromPrimary.item(), inReplica)) {
            finds.same();
        } else {
            suspect(fromPrimary, inReplica);
        }
    }

    private void suspect(Waiting fromPrimary, @Nullable Item inReplica) {
        finds.suspect(fromPrimary.key(), true, comparison.sight(fromPrimary.item(), inReplica), fromPrimary.heap());
    }

    private void trim() {
        passEarly();
        while (primary.bytes + replica.bytes > windowBytes) {
            if (primary.hasPassed()) {
                passPrimary(primary.oldest(batchBytes, true));
            } else if (replica.hasPassed()) {
                passReplica(replica.oldest(batchBytes, true));
            } else if (replica.over && !primary.waiting.isEmpty()) {
                passPrimary(primary.oldest(batchBytes, false));
            } else if (primary.over && !replica.waiting.isEmpty()) {
                passReplica(replica.oldest(batchBytes, false));
            } else {
                probe();
            }
        }
    }

    /**
     * What the other side has passed by need not wait until the window is full, where all has come in the same order so far:
     * so repairs are made while the tables are read, and not after it.
     */
    private void passEarly() {
        while (order.neverBroken() && primary.hasPassed()) {
            passPrimary(primary.oldest(batchBytes, true));
        }
        while (order.neverBroken() && replica.hasPassed()) {
            passReplica(replica.oldest(batchBytes, true));
        }
    }

    /**
     * Nothing in the window has met its other half yet. Asking for the oldest items tells which side is ahead: its items
     * are found in the other table. From then on only the side behind is read and asked for, until the two meet again.
     */
    private void probe() {
        boolean leavePrimary = ahead == Ahead.PRIMARY && !replica.waiting.isEmpty();
        boolean leaveReplica = ahead == Ahead.REPLICA && !primary.waiting.isEmpty();
        List<Waiting> fromPrimary = leavePrimary ? List.of() : primary.oldest(batchBytes, false);
        List<Waiting> fromReplica = leaveReplica ? List.of() : replica.oldest(batchBytes, false);
        int absentInReplica = askReplica(fromPrimary);
        int absentInPrimary = askPrimary(fromReplica);
        if (ahead == Ahead.UNKNOWN) {
            boolean primaryFound = 2 * absentInReplica < fromPrimary.size();
            boolean replicaFound = 2 * absentInPrimary < fromReplica.size();
            if (primaryFound != replicaFound) {
                ahead = primaryFound ? Ahead.PRIMARY : Ahead.REPLICA;
            }
        }
    }

    private void passPrimary(List<Waiting> entries) {
        if (order.holds()) {
            entries.forEach(e -> suspect(e, null));
        } else {
            int absent = askReplica(entries);
            order.learned(absent, entries.size() - absent);
        }
    }

    /**
     * The primary is asked even where the order holds: its scan may have passed by before the item was inserted. Only an item
     * that the primary lacked when the settling time began has had that time to go from the replica too.
     */
    private void passReplica(List<Waiting> entries) {
        int absent = askPrimary(entries);
        if (!order.holds()) {
            order.learned(absent, entries.size() - absent);
        }
    }

    /** Asks the replica for primary items; returns how many it does not have. */
    private int askReplica(List<Waiting> fromPrimary) {
        if (fromPrimary.isEmpty()) {
            return 0;
        }
        Map<Key, Item> found = replicaTable.get(fromPrimary);
        fromPrimary.forEach(e -> compare(e, found.get(e.key())));
        return fromPrimary.size() - found.size();
    }

    /**
     * Asks the primary for replica items; returns how many it does not have. Those that it has are its own scan's
     * affair, in this segment or another: so each primary item is counted once.
     */
    private int askPrimary(List<Waiting> fromReplica) {
        if (fromReplica.isEmpty()) {
            return 0;
        }
        Map<Key, Item> found = primaryTable.get(fromReplica);
        fromReplica.stream()
                .filter(e -> !found.containsKey(e.key()))
                .forEach(e -> finds.suspect(e.key(), false, comparison.sight(null, e.item()), e.heap()));
        return fromReplica.size() - found.size();
    }

    @Override
    public void end() {
        while (!primary.waiting.isEmpty()) {
            passPrimary(primary.oldest(batchBytes, false));
        }
        while (!replica.waiting.isEmpty()) {
            passReplica(replica.oldest(batchBytes, false));
        }
    }
}
