package dev.lockstep.change;

import dev.lockstep.change.Change.Effect;
import dev.lockstep.table.Key;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The last change of each key among those that arrived together: what must be written, and no more. */
public final class ChangeBatch {
    private ChangeBatch() {}

    /**
     * The newest change of each key, by the changes' order; keys in the order of their last arrival.
     *
     * <p>Two changes of one key with the same order are either one change twice, or two that cannot be told apart: then
     * the primary must be asked.
     */
    public static Collection<Change> newest(Iterable<Change> arrived) {
        Map<Key, Change> newest = new LinkedHashMap<>();
        for (Change change : arrived) {
            Change before = newest.remove(change.key());
            newest.put(change.key(), before == null ? change : newer(before, change));
        }
        return newest.values();
    }

    private static Change newer(Change before, Change after) {
        int order = before.order().compareTo(after.order());
        if (order != 0) {
            return order < 0 ? after : before;
        }
        boolean same = before.effect() != Effect.READ
                && before.effect() == after.effect()
                && Objects.equals(before.image(), after.image());
        return same ? after : after.unresolved();
    }
}
