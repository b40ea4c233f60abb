package dev.lockstep.streams;

import dev.lockstep.replicate.Backlog.Entry;
import dev.lockstep.replicate.Destination;
import dev.lockstep.replicate.GuardedTable;
import dev.lockstep.replicate.ReadThrough;
import dev.lockstep.table.InvalidItemException;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.verify.KeyRepair;
import dev.lockstep.work.Pool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One destination of the service, and what else is known of it.
 *
 * @param id tells it from the others in the state table; the same in every process, and after a restart
 * @param table where it is a table: for a first copy, for repairs and for comparisons
 */
public record Target(String id, Destination destination, Optional<RetryingTable> table) {

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
    public Map<Key, String> settle(RetryingTable primary, Pool writers, Collection<Key> keys) {
        ReadThrough blind = new ReadThrough(primary, destination);
        if (table.isEmpty()) {
            return blind.settle(keys);
        }
        Map<Key, String> open = settle(new KeyRepair(primary, table.get(), writers), List.copyOf(keys));
        // What a condition cannot express (150 attributes), or what is wrong with an item, shows here.
        return open.isEmpty() ? open : blind.settle(open.keySet());
    }

    private static List<Key> keys(Collection<Entry> entries) {
        return entries.stream().map(Entry::key).toList();
    }

    /** One item that cannot be written must not keep the others. */
    private static Map<Key, String> settle(KeyRepair repair, List<Key> keys) {
        try {
            Map<Key, String> open = new HashMap<>();
            repair.settle(keys).forEach((key, settled) -> {
                if (settled.state() == KeyRepair.State.OPEN) {
                    open.put(key, settled.note());
                }
            });
            return open;
        } catch (InvalidItemException e) {
            if (keys.size() == 1) {
                return Map.of(keys.get(0), e.problem());
            }
            Map<Key, String> open = new HashMap<>();
            List<List<Key>> halves = new ArrayList<>();
            halves.add(keys.subList(0, keys.size() / 2));
            halves.add(keys.subList(keys.size() / 2, keys.size()));
            halves.forEach(half -> open.putAll(settle(repair, half)));
            return open;
        }
    }
}
