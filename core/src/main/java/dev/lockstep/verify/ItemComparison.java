package dev.lockstep.verify;

import dev.lockstep.table.Item;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When a replica's item counts as equal to the primary's: by value in every attribute but the ignored ones.
 *
 * <p>Attributes that old global tables (version 2017.11.29) add for themselves, {@code aws:rep:…}, are always ignored
 * and never written to a replica.
 */
public final class ItemComparison {
    private final Set<String> ignored;

    /** @param ignored names of attributes that may differ; key attributes are compared all the same */
    public ItemComparison(Set<String> ignored) {
        this.ignored = Set.copyOf(ignored);
    }

    private boolean compares(String name) {
        return !ignored.contains(name) && !Item.ofGlobalTables(name);
    }

    private Item compared(Item item) {
        return item.only(this::compares);
    }

    /** Whether both are absent, or both are there and equal. */
    public boolean same(@Nullable Item primary, @Nullable Item replica) {
        if (primary == null || replica == null) {
            return primary == replica;
        }
        return compared(primary).equals(compared(replica));
    }

    /** Names of the attributes that differ; all of an item's where the other is absent. Sorted. */
    public Set<String> differences(@Nullable Item primary, @Nullable Item replica) {
        if (primary != null && replica != null) {
            return compared(primary).differingFrom(compared(replica));
        }
        Item only = primary == null ? replica : primary;
        return only == null
                ? Set.of()
                : new TreeSet<>(compared(only).attributes().keySet());
    }

    /** Equal for equal items (null: absent); a collision of two different ones is as rare as one of a 32-bit hash. */
    int fingerprint(@Nullable Item item) {
        return item == null ? 0 : compared(item).hashCode() | 1;
    }

    /**
     * What a repair makes of the replica's item: the primary's, with the replica's own values where they are ignored. An
     * item that the replica lacks is taken whole.
     */
    @Nullable
    Item target(@Nullable Item primary, @Nullable Item replica) {
        if (primary == null) {
            return null;
        }
        if (replica == null) {
            return primary.toCopy();
        }
        return compared(primary).with(replica.only(name -> !compares(name)));
    }
}
