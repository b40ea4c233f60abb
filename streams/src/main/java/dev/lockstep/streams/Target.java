package dev.lockstep.streams;

import dev.lockstep.replicate.Backlog.Entry;
import dev.lockstep.replicate.Destination;
import dev.lockstep.replicate.GuardedTable;
import dev.lockstep.replicate.ReadThrough;
import dev.lockstep.replicate.ReadThrough.Open;
import dev.lockstep.replicate.TableDestination;
import dev.lockstep.table.InvalidItemException;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.verify.KeyRepair;
import dev.lockstep.work.Pool;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One destination of the service, and what else is known of it.
 *
 * @param id tells it from the others in the state table; the same in every process, and after a restart
 * @param table where it is a table: for a first copy, for repairs and for comparisons
 * @param same throws {@code ReplacedException} where it is not the one of the start any more
 */
public record Target(String id, Destination destination, Optional<RetryingTable> table, Runnable same) {
    /** One that nobody replaces. */
    public Target(String id, Destination destination, Optional<RetryingTable> table) {
        this(id, destination, table, () -> {});
    }

    public String name() {
        return destination.name();
    }

    /** Brings noted keys into step. */
    Drain.Settler settler(RetryingTable primary, Pool writers) {
        return entries -> {
            if (destination instanceof GuardedTable guarded) {
                guarded.raise(entries);
            }
            return settle(primary, writers, keys(entries));
        };
    }

    /**
     * Makes the destination's items at these keys what the primary holds now, by compare-and-set where it is a table, else
     * by reading before and after.
     *
     * @return the keys that are not in step, with the reason
     */
    public Map<Key, Open> settle(RetryingTable primary, Pool writers, Collection<Key> keys) {
        ReadThrough blind = new ReadThrough(primary, unguarded(writers));
        if (table.isEmpty()) {
            return blind.settle(keys);
        }
        Set<Key> open = settle(new KeyRepair(primary, table.get(), writers), List.copyOf(keys));
        // What a condition cannot express (150 attributes), or what is wrong with an item, shows here.
        return open.isEmpty() ? Map.of() : blind.settle(open);
    }

    private static List<Key> keys(Collection<Entry> entries) {
        return entries.stream().map(Entry::key).toList();
    }

    /** A guard passes over what has no order, as what is read from the primary: it was raised, and is gone round. */
    private Destination unguarded(Pool writers) {
        return destination instanceof GuardedTable && table.isPresent()
                ? new TableDestination(table.get(), writers)
                : destination;
    }

    /** Those that are still open. One item that cannot be written must not keep the others. */
    private static Set<Key> settle(KeyRepair repair, List<Key> keys) {
        Set<Key> open = new HashSet<>();
        try {
            repair.settle(keys).forEach((key, settled) -> {
                if (settled.state() == KeyRepair.State.OPEN) {
                    open.add(key);
                }
            });
        } catch (InvalidItemException e) {
            if (keys.size() == 1) {
                return Set.copyOf(keys);
            }
            open.addAll(settle(repair, keys.subList(0, keys.size() / 2)));
            open.addAll(settle(repair, keys.subList(keys.size() / 2, keys.size())));
        }
        return open;
    }
}
