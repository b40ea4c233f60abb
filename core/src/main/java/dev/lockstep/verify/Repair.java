package dev.lockstep.verify;

import dev.lockstep.table.Condition;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.Table.Swapped;
import dev.lockstep.table.Write;
import dev.lockstep.verify.UndoLog.Change;
import dev.lockstep.work.Pool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes items of a replica equal to the primary's while both are in use, without ever leaving an older value in place of
 * a newer one.
 *
 * <p>For each key: read the replica, then the primary (strongly, in this order: {@link Look}); note the key in the
 * journal; set the replica from what was read to what the primary holds, only if it still is what was read; read the
 * primary again, and begin anew if it has changed; strike the key from the journal. Each of these steps is needed:
 * {@code RepairScheduleTest} runs this class through every interleaving with writers, an in-order replicator and crashes,
 * and shows that none ends with different tables, and that some do when any one of the steps is left out.
 *
 * <p>Thread-safe as far as its parts are.
 */
final class Repair {
    /** A key whose primary changes this many times while it is being repaired is left unsettled. */
    static final int ROUNDS = 8;

    /** What became of one key. */
    enum State {
        /** Both tables agree now; written perhaps. */
        REPAIRED,
        /** Both tables agreed before anything was written. */
        AGREED,
        /** Not to be written. */
        LEFT,
        /** Written perhaps, but the primary keeps changing; it stays in the journal. */
        UNSETTLED
    }

    record Outcome(State state, String note) {
        static final Outcome REPAIRED = new Outcome(State.REPAIRED, "");
        static final Outcome AGREED = new Outcome(State.AGREED, "");
        static final Outcome UNSETTLED = new Outcome(State.UNSETTLED, "the primary kept changing");

        /** Whether both tables agree now. */
        boolean agree() {
            return state == State.REPAIRED || state == State.AGREED;
        }

        static Outcome left(String why) {
            return new Outcome(State.LEFT, why);
        }
    }

    private static final Outcome TOO_LARGE =
            Outcome.left("more than 150 attributes: name a version attribute to repair it");

    private final Table primary;
    private final Table replica;
    private final Comparison comparison;
    private final RepairPolicy policy;
    private final RepairJournal journal;
    private final UndoLog undoLog;
    private final Pool writers;

    Repair(
            Table primary,
            Table replica,
            Comparison comparison,
            RepairPolicy policy,
            RepairJournal journal,
            UndoLog undoLog,
            Pool writers) {
        this.primary = primary;
        this.replica = replica;
        this.comparison = comparison;
        this.policy = policy;
        this.journal = journal;
        this.undoLog = undoLog;
        this.writers = writers;
    }

    /** Settles keys that an interrupted repair left in the journal, whatever kind of difference they show. */
    Map<Key, Outcome> resume(Collection<Key> keys) {
        return new Run(new HashSet<>(keys)).settle(Look.at(keys, replica, primary));
    }

    /** Repairs keys from a look that was just taken. Keys that agree by now, whoever saw to it, count as repaired. */
    Map<Key, Outcome> settle(Collection<Look> looks) {
        return new Run(new HashSet<>()).settle(looks);
    }

    /** One planned write and the look that it follows from. */
    private record Plan(Look look, Write write, Condition condition) {
        Key key() {
            return look.key();
        }
    }

    private record Tried(Plan plan, Swapped swapped) {
        /** Where the item in the way already is what was to be written, an earlier try of ours took effect. */
        boolean tookEffect() {
            return swapped.applied()
                    || Objects.equals(swapped.found(), plan.write().after());
        }
    }

    /** The way of one batch of keys through the protocol. Used by one thread. */
    private final class Run {
        private final Map<Key, Outcome> outcomes = new HashMap<>();
        /** Keys that this repair, or the one before the crash, may have written: they must be brought to an end. */
        private final Set<Key> ours;

        Run(Set<Key> ours) {
            this.ours = ours;
        }

        Map<Key, Outcome> settle(Collection<Look> looks) {
            Collection<Look> open = looks;
            for (int round = 0; round < ROUNDS && !open.isEmpty(); round++) {
                List<Plan> plans = plan(open);
                List<Key> again = carryOut(plans);
                open = again.isEmpty() ? List.of() : Look.at(again, replica, primary);
            }
            open.forEach(this::giveUp);
            return outcomes;
        }

        private List<Plan> plan(Collection<Look> looks) {
            List<Plan> plans = new ArrayList<>();
            for (Look look : looks) {
                if (comparison.same(look.primary(), look.replica())) {
                    end(look.key(), ours.contains(look.key()) ? Outcome.REPAIRED : Outcome.AGREED);
                    continue;
                }
                plan(look).ifPresent(plans::add);
            }
            return plans;
        }

        private Optional<Plan> plan(Look look) {
            if (!ours.contains(look.key()) && !policy.kinds().contains(look.kind())) {
                end(look.key(), Outcome.left(""));
                return Optional.empty();
            }
            if (policy.replicaIsNewer(look.primary(), look.replica())) {
                end(look.key(), Outcome.left("the replica's version is higher"));
                return Optional.empty();
            }
            Write write = Write.making(look.key(), comparison.target(look.primary(), look.replica()));
            Condition condition = condition(write, look.replica());
            if (!condition.fits()) {
                // Not struck: where an earlier round wrote the key, it is not at its end.
                outcomes.put(look.key(), TOO_LARGE);
                return Optional.empty();
            }
            return Optional.of(new Plan(look, write, condition));
        }

        /** Writes; returns the keys to look at again. */
        private List<Key> carryOut(List<Plan> plans) {
            if (plans.isEmpty()) {
                return List.of();
            }
            List<Key> keys = plans.stream().map(Plan::key).toList();
            journal.note(keys);
            List<Tried> tried = write(plans);
            List<Plan> applied =
                    tried.stream().filter(Tried::tookEffect).map(Tried::plan).toList();
            applied.forEach(plan -> ours.add(plan.key()));
            applied.stream().filter(unchanged(applied)).forEach(plan -> end(plan.key(), Outcome.REPAIRED));
            return keys.stream().filter(key -> !outcomes.containsKey(key)).toList();
        }

        private List<Tried> write(List<Plan> plans) {
            List<Change> changes = plans.stream()
                    .map(p -> new Change(p.key(), p.look().replica(), p.write().after()))
                    .toList();
            List<String> intents = undoLog.intend(replica, changes);
            List<Supplier<Tried>> calls = new ArrayList<>();
            plans.forEach(plan -> calls.add(() -> new Tried(plan, replica.writeIf(plan.write(), plan.condition()))));
            List<Tried> tried = writers.all(calls);
            undoLog.outcome(intents, tried.stream().map(Tried::tookEffect).toList());
            return tried;
        }

        /** Whether the primary still holds what was written. */
        private Predicate<Plan> unchanged(List<Plan> written) {
            if (written.isEmpty()) {
                return plan -> false;
            }
            Map<Key, Item> now = primary.read(written.stream().map(Plan::key).toList(), Consistency.STRONG)
                    .items();
            return plan -> comparison.unchanged(plan.look().primary(), now.get(plan.key()));
        }

        private void end(Key key, Outcome outcome) {
            outcomes.put(key, outcome);
            journal.strike(List.of(key));
        }

        private void giveUp(Look look) {
            if (comparison.same(look.primary(), look.replica())) {
                end(look.key(), Outcome.REPAIRED);
            } else {
                outcomes.put(look.key(), Outcome.UNSETTLED);
            }
        }
    }

    private Condition condition(Write write, @Nullable Item before) {
        Condition whole = Condition.unchanged(write, before);
        if (whole.fits() || before == null || policy.versionAttribute().isEmpty()) {
            return whole;
        }
        String version = policy.versionAttribute().get();
        var value = before.attributes().get(version);
        return value == null ? whole : Condition.attributeIs(version, value);
    }
}
