package dev.lockstep.replicate;

import dev.lockstep.LockstepException;
import dev.lockstep.change.Change;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings single keys of a destination into step by what the primary holds now: read, apply, read again, until the primary
 * was the same before and after.
 *
 * <p>For destinations that know no conditions, such as folders. A replicator may write the same keys meanwhile: in the
 * end the destination holds the newest value, but for a moment an older one may stand over a newer one. Like {@code
 * KeyRepair} it keeps no journal.
 */
public final class ReadThrough {
    private static final int ROUNDS = 8;

    /**
     * A key that is not settled.
     *
     * @param refused what the destination will never take, where that is why
     */
    public record Open(String why, Optional<Destination.Refused> refused) {
        public Open(String why) {
            this(why, Optional.empty());
        }
    }

    private final Table primary;
    private final Destination destination;

    public ReadThrough(Table primary, Destination destination) {
        this.primary = primary;
        this.destination = destination;
    }

    /**
     * Settles keys, at most some hundreds at once.
     *
     * @return the keys that are not settled
     * @throws LockstepException where the primary or the destination failed; any part may have been settled
     */
    public Map<Key, Open> settle(Collection<Key> keys) {
        Map<Key, Open> open = new HashMap<>();
        Set<Key> left = new HashSet<>(keys);
        Map<Key, Item> before = read(left);
        for (int round = 0; round < ROUNDS && !left.isEmpty(); round++) {
            for (Destination.Refused refused : destination.apply(changes(left, before))) {
                open.put(refused.change().key(), new Open(refused.reason().problem(), Optional.of(refused)));
                left.remove(refused.change().key());
            }
            Map<Key, Item> written = before;
            Map<Key, Item> now = read(left);
            left.removeIf(key -> Objects.equals(written.get(key), now.get(key)));
            before = now;
        }
        left.forEach(key -> open.put(key, new Open("the primary kept changing")));
        return open;
    }

    private Map<Key, Item> read(Set<Key> keys) {
        return keys.isEmpty()
                ? Map.of()
                : primary.read(keys, Consistency.STRONG).items();
    }

    private static List<Change> changes(Set<Key> keys, Map<Key, Item> items) {
        return keys.stream().map(key -> change(key, items.get(key))).toList();
    }

    private static Change change(Key key, @Nullable Item item) {
        return new Change(key, Change.Effect.READ, null, "", "", 0, false).resolved(item);
    }
}
