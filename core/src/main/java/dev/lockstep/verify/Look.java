package dev.lockstep.verify;

import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.verify.Discrepancy.Kind;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One key in both tables by strong reads, the replica's read first, then the primary's: the order matters. */
record Look(Key key, @Nullable Item replica, @Nullable Item primary) {

    static List<Look> at(Collection<Key> keys, Table replica, Table primary) {
        Map<Key, Item> inReplica = replica.read(keys, Consistency.STRONG).items();
        Map<Key, Item> inPrimary = primary.read(keys, Consistency.STRONG).items();
        return keys.stream()
                .map(key -> new Look(key, inReplica.get(key), inPrimary.get(key)))
                .toList();
    }

    /** What kind of discrepancy this is, given that the two are not the same. */
    Kind kind() {
        if (primary == null) {
            return Kind.EXTRA;
        }
        return replica == null ? Kind.MISSING : Kind.DIFFERENT;
    }
}
