package dev.lockstep.verify;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Key;
import dev.lockstep.table.Table;
import dev.lockstep.verify.Repair.Outcome;
import dev.lockstep.verify.Repair.State;
import dev.lockstep.work.Pool;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Brings single keys of a replica into step with the primary while both are in use, by the protocol of {@link Repair}.
 *
 * <p>It keeps no journal: the caller must know the keys durably before it calls, and forget them only when they are
 * settled. Thread-safe.
 */
public final class KeyRepair {
    private final Repair repair;

    /** @param writers makes the conditional writes, several at once */
    public KeyRepair(Table primary, Table replica, Pool writers) {
        this.repair = new Repair(
                primary,
                replica,
                new ItemComparison(Set.of()),
                RepairPolicy.EVERYTHING,
                RepairJournal.NONE,
                UndoLog.NONE,
                writers);
    }

    /**
     * Settles keys, at most some hundreds at once.
     *
     * @return the keys that are not settled, with the reason: the primary kept changing, or the item has more attributes
     *     (about 150) than a condition can hold
     * @throws LockstepException where a table failed; any part may have been settled
     */
    public Map<Key, String> settle(Collection<Key> keys) {
        Map<Key, String> open = new HashMap<>();
        Map<Key, Outcome> outcomes = repair.resume(keys);
        for (Key key : keys) {
            Outcome outcome = outcomes.getOrDefault(key, Outcome.UNSETTLED);
            if (outcome.state() != State.REPAIRED) {
                open.put(key, outcome.note());
            }
        }
        return open;
    }
}
