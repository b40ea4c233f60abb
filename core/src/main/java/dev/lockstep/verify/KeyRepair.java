package dev.lockstep.verify;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Key;
import dev.lockstep.table.Table;
import dev.lockstep.verify.Repair.Outcome;
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
    private final Table primary;
    private final Table replica;
    private final Repair repair;

    /** What became of a key. */
    public enum State {
        /** The tables agreed already. */
        SAME,
        /** The replica's item was written or deleted; the tables agree. */
        WRITTEN,
        /** Not settled. */
        OPEN
    }

    /** @param note why a key is open; else empty */
    public record Settled(State state, String note) {}

    /** @param writers makes the conditional writes, several at once */
    public KeyRepair(Table primary, Table replica, Pool writers) {
        this(primary, replica, UndoLog.NONE, writers);
    }

    /** @param undoLog takes what is replaced */
    public KeyRepair(Table primary, Table replica, UndoLog undoLog, Pool writers) {
        this.primary = primary;
        this.replica = replica;
        this.repair = new Repair(
                primary,
                replica,
                new Comparison(Set.of(), ItemComparison.EXACT),
                RepairPolicy.EVERYTHING,
                RepairJournal.NONE,
                undoLog,
                writers);
    }

    /**
     * Settles keys, at most some hundreds at once.
     *
     * @return what became of each key; open are those whose primary item kept changing, or that have more attributes (about
     *     150) than a condition can hold
     * @throws LockstepException where a table failed; any part may have been settled
     */
    public Map<Key, Settled> settle(Collection<Key> keys) {
        Map<Key, Outcome> outcomes = repair.settle(Look.at(keys, replica, primary));
        Map<Key, Settled> settled = new HashMap<>();
        for (Key key : keys) {
            Outcome outcome = outcomes.getOrDefault(key, Outcome.UNSETTLED);
            settled.put(key, new Settled(state(outcome), outcome.note()));
        }
        return settled;
    }

    private static State state(Outcome outcome) {
        return switch (outcome.state()) {
            case AGREED -> State.SAME;
            case REPAIRED -> State.WRITTEN;
            case LEFT, UNSETTLED -> State.OPEN;
        };
    }
}
