package dev.lockstep.verify;

import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One key at which a replica differs from the primary, confirmed by strong reads.
 *
 * @param replica the replica's name
 * @param attributes the names that differ, sorted; all of the item's where only one table has it
 * @param primary the primary's item; null where it has none (extra)
 * @param found the replica's item; null where it has none (missing)
 * @param repaired whether the replica is equal to the primary now
 * @param note why it was not repaired though that was asked for; empty otherwise
 */
public record Discrepancy(
        String replica,
        Kind kind,
        Key key,
        List<String> attributes,
        @Nullable Item primary,
        @Nullable Item found,
        boolean repaired,
        String note) {

    public enum Kind {
        /** The primary has the item, the replica does not. */
        MISSING,
        /** Both have it, and it differs. */
        DIFFERENT,
        /** The replica has it, the primary does not. */
        EXTRA;

        /** As users write it. */
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
