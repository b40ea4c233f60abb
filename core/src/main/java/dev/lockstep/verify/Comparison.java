package dev.lockstep.verify;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.table.ForeignFailure;
import dev.lockstep.table.Item;
import dev.lockstep.verify.Suspect.Sight;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When a replica's item counts as equal to the primary's: by value in every attribute but the ignored ones, or where the
 * user's own comparison says so.
 *
 * <p>Attributes that old global tables (version 2017.11.29) add for themselves, {@code aws:rep:…}, are always ignored
 * and never written to a replica.
 */
public final class Comparison {
    private final Set<String> ignored;
    private final ItemComparison laxer;

    /** @param ignored names of attributes that may differ; key attributes are compared all the same */
    public Comparison(Set<String> ignored, ItemComparison laxer) {
        this.ignored = Set.copyOf(ignored);
        this.laxer = laxer;
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
        Item one = compared(primary);
        Item other = compared(replica);
        return one.equals(other) || (laxer != ItemComparison.EXACT && laxerSame(one, other));
    }

    /** What fails in code that is not ours is told as such, without its message: that may quote the item. */
    private boolean laxerSame(Item primary, Item replica) {
        try {
            return laxer.same(primary, replica);
        } catch (CancelledException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            throw new LockstepException(
                    "compare",
                    laxer.getClass().getName(),
                    "it failed on two items with " + e.getClass().getName(),
                    "Mend the comparison",
                    false,
                    ForeignFailure.of(e));
        }
    }

    /** Whether nothing that is compared has changed between two reads of one table, however lax the comparison. */
    boolean unchanged(@Nullable Item before, @Nullable Item after) {
        if (before == null || after == null) {
            return before == after;
        }
        return compared(before).equals(compared(after));
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

    /** Equal where both items are (null: absent). */
    Sight sight(@Nullable Item primary, @Nullable Item replica) {
        return new Sight(fingerprint(primary), fingerprint(replica));
    }

    /** Equal for equal items (null: absent); a collision of two different ones is as rare as one of a 32-bit hash. */
    private int fingerprint(@Nullable Item item) {
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
