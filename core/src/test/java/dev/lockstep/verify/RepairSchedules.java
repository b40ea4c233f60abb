package dev.lockstep.verify;

import dev.lockstep.LockstepException;
import dev.lockstep.capacity.Usage;
import dev.lockstep.table.Condition;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * Runs the real {@link Repair} through every interleaving with a writer, an in-order replicator, crashes and lost answers,
 * for one key.
 *
 * <p>The repair's calls go to stores that stop before each step and ask what happens first. A schedule is the string of
 * those answers: {@code p} the repair proceeds, {@code w} the writer writes, {@code r} the replicator applies the oldest
 * change that it has not applied, {@code c} the repair's process dies, {@code l} the repair proceeds but the answer is
 * lost. For each untried answer the whole is run anew from the start, so the code under test is not touched. What a process
 * has been told so far determines what it does next; so a state that was seen before is not explored twice, its schedules
 * are only counted.
 */
final class RepairSchedules {
    /** What is left out of the protocol, to show that it is needed. Done around the real code, not in it. */
    enum Mutation {
        NONE,
        /** The primary is read before the replica. */
        PRIMARY_READ_FIRST,
        NO_CONDITION,
        /** The second look at the primary is told what the first one saw. */
        NO_SECOND_LOOK,
        NO_JOURNAL
    }

    /**
     * @param values what an item can be, null for absent; the writer chooses among them
     * @param fresh whether no value is written twice, so that each tells how old it is
     * @param writes how many writes the writer does
     * @param crashes how often the repair's process may die
     * @param lostAnswers how many answers to conditional writes may be lost
     */
    record Setting(
            List<@Nullable Item> values, boolean fresh, int writes, int crashes, int lostAnswers, Mutation mutation) {}

    /**
     * @param schedules complete interleavings
     * @param diverged how many ended with different tables
     * @param setBack how many, for a moment at least, saw the repair put an older value over a newer one; looked for only
     *     where all values are fresh
     */
    record Counts(long schedules, long diverged, long setBack) {
        Counts plus(Counts other) {
            return new Counts(schedules + other.schedules, diverged + other.diverged, setBack + other.setBack);
        }
    }

    private static final KeySchema SCHEMA =
            new KeySchema(new KeyAttribute("id", ScalarAttributeType.S), Optional.empty());
    private static final Key KEY = SCHEMA.keyOf(Map.of("id", AttributeValue.fromS("k")));
    private static final Pool WRITERS = Pool.of("schedule", 1);
    private static final RetryPolicy AT_ONCE = new RetryPolicy(3, Duration.ZERO, Duration.ZERO);

    private final Setting setting;
    private final boolean remembers;
    private final Map<String, Counts> seen = new HashMap<>();

    RepairSchedules(Setting setting) {
        this(setting, true);
    }

    /** @param remembers false to walk through every schedule, states seen before too: to check the counting itself */
    RepairSchedules(Setting setting, boolean remembers) {
        this.setting = setting;
        this.remembers = remembers;
    }

    static Item item(Map<String, String> numbers) {
        Map<String, AttributeValue> attributes = new HashMap<>(KEY.attributes());
        numbers.forEach((name, value) -> attributes.put(name, AttributeValue.fromN(value)));
        return Item.of(attributes);
    }

    /** Over all first states of both tables and all choices of the writer. */
    Counts explore() {
        Counts all = new Counts(0, 0, 0);
        for (int p = 0; p < setting.values().size(); p++) {
            for (int r = 0; r < setting.values().size(); r++) {
                for (List<Integer> writes : writes(List.of(r, p), setting.writes())) {
                    seen.clear();
                    all = all.plus(explore(p, r, writes, ""));
                }
            }
        }
        return all;
    }

    /** A write of what is there already leaves no change in the stream, so it is none. */
    private List<List<Integer>> writes(List<Integer> before, int count) {
        if (count == 0) {
            return List.of(List.of());
        }
        List<List<Integer>> all = new ArrayList<>();
        for (int next = 0; next < setting.values().size(); next++) {
            boolean used = setting.fresh() ? before.contains(next) : before.get(before.size() - 1) == next;
            if (!used) {
                List<Integer> past = new ArrayList<>(before);
                past.add(next);
                for (List<Integer> rest : writes(past, count - 1)) {
                    List<Integer> writes = new ArrayList<>(List.of(next));
                    writes.addAll(rest);
                    all.add(writes);
                }
            }
        }
        return all;
    }

    /** Counts the schedules that begin with this prefix. */
    private Counts explore(int p, int r, List<Integer> writes, String prefix) {
        World world = new World(p, r, writes, prefix);
        Counts below = world.play();
        for (int i = world.forks.size() - 1; i >= 0; i--) {
            Fork fork = world.forks.get(i);
            for (char action : fork.enabled().substring(1).toCharArray()) {
                below = below.plus(explore(p, r, writes, world.choices.substring(0, fork.at()) + action));
            }
            if (remembers) {
                seen.put(fork.state(), below);
            }
        }
        return below;
    }

    /** A point behind the prefix, in a state not seen before, at which the first of the enabled actions was taken. */
    private record Fork(int at, String enabled, String state) {}

    /** The process dies. */
    private static final class Crash extends Error {
        Crash() {
            super("crash", null, false, false);
        }
    }

    /** The state was seen before: what comes now is known. */
    private static final class Known extends Error {
        final Counts counts;

        Known(Counts counts) {
            super("known", null, false, false);
            this.counts = counts;
        }
    }

    /** Both tables, the writer, the replicator and the journal; one run along one prefix and on from there. */
    private final class World {
        private final StringBuilder choices;
        private final List<Fork> forks = new ArrayList<>();
        private int choice;
        private int primary;
        private int primaryVersion;
        private int replica;
        private int replicaVersion;
        private final List<Integer> writes;
        private int written;
        private final Deque<int[]> onTheWay = new ArrayDeque<>();
        private boolean journaled;
        private int crashes;
        private int lost;
        private boolean over;
        private boolean setBack;
        private StringBuilder told = new StringBuilder();

        World(int primary, int replica, List<Integer> writes, String choices) {
            this.primary = primary;
            this.replica = replica;
            this.replicaVersion = primary == replica ? 0 : -1; // damaged: older than all that the primary ever had
            this.writes = writes;
            this.choices = new StringBuilder(choices);
        }

        /** Plays to the end, or to a state whose schedules are known; returns the counts from there. */
        Counts play() {
            try {
                repair();
                over = true;
                while (!enabled(false).isEmpty()) {
                    before(false);
                }
                return new Counts(1, primary == replica ? 0 : 1, setBack ? 1 : 0);
            } catch (Known known) {
                return known.counts;
            }
        }

        private void repair() {
            boolean first = true;
            while (first || journaled) {
                try {
                    told = new StringBuilder(first ? "first:" : "again:");
                    process(first);
                    return;
                } catch (Crash crash) {
                    first = false;
                }
            }
        }

        private void process(boolean first) {
            Mutated stores = new Mutated(this);
            Table primaryTable = RetryingTable.over(stores.primary(), AT_ONCE, RetryingTable.Listener.NONE);
            Table replicaTable = RetryingTable.over(stores.replica(), AT_ONCE, RetryingTable.Listener.NONE);
            Repair repair = new Repair(
                    primaryTable,
                    replicaTable,
                    new Comparison(Set.of(), ItemComparison.EXACT),
                    RepairPolicy.EVERYTHING,
                    setting.mutation() == Mutation.NO_JOURNAL ? RepairJournal.NONE : journal(),
                    UndoLog.NONE,
                    WRITERS);
            if (first) {
                repair.settle(Look.at(List.of(KEY), replicaTable, primaryTable));
            } else {
                repair.resume(List.of(KEY));
            }
        }

        private RepairJournal journal() {
            return new RepairJournal() {
                @Override
                public void note(Collection<Key> keys) {
                    told.append('n');
                    before(false);
                    journaled = true;
                }

                @Override
                public void strike(Collection<Key> keys) {
                    told.append('s');
                    before(false);
                    journaled = false;
                }
            };
        }

        /** Lets happen what the schedule says before the next step; returns whether that step's answer is lost. */
        boolean before(boolean conditionalWrite) {
            while (true) {
                if (choice == choices.length()) {
                    fork(enabled(conditionalWrite));
                }
                switch (choices.charAt(choice++)) {
                    case 'p' -> {
                        return false;
                    }
                    case 'l' -> {
                        lost++;
                        return true;
                    }
                    case 'w' -> write();
                    case 'r' -> replicate();
                    case 'c' -> {
                        crashes++;
                        throw new Crash();
                    }
                    default -> throw new IllegalStateException(choices.toString());
                }
                if (over) {
                    return false;
                }
            }
        }

        private void fork(String enabled) {
            String state = state();
            Counts known = seen.get(state);
            if (known != null) {
                throw new Known(known);
            }
            forks.add(new Fork(choice, enabled, state));
            choices.append(enabled.charAt(0));
        }

        private String enabled(boolean conditionalWrite) {
            return (over ? "" : "p")
                    + (written < writes.size() ? "w" : "")
                    + (onTheWay.isEmpty() ? "" : "r")
                    + (!over && crashes < setting.crashes() ? "c" : "")
                    + (conditionalWrite && lost < setting.lostAnswers() ? "l" : "");
        }

        private void write() {
            primary = writes.get(written++);
            primaryVersion = written;
            onTheWay.add(new int[] {primary, primaryVersion});
        }

        private void replicate() {
            int[] change = onTheWay.remove();
            replica = change[0];
            replicaVersion = change[1];
        }

        /** All that decides what can happen from here on. */
        String state() {
            StringBuilder state = new StringBuilder();
            state.append(written).append(' ').append(primary).append(replica);
            if (setting.fresh()) {
                state.append('v').append(replicaVersion).append(setBack);
            }
            onTheWay.forEach(c -> state.append('>').append(c[0]));
            return state.append(journaled)
                    .append(crashes)
                    .append(lost)
                    .append(over ? "over" : told)
                    .toString();
        }

        Optional<Item> read(boolean ofPrimary) {
            told.append(ofPrimary ? 'P' : 'R');
            before(false);
            int value = ofPrimary ? primary : replica;
            told.append(value);
            return Optional.ofNullable(setting.values().get(value));
        }

        Table.Swapped swap(Write write, Condition condition, int sourceVersion) {
            told.append('w');
            boolean answerLost = before(true);
            Item found = setting.values().get(replica);
            boolean applied = condition.holds(found);
            if (applied) {
                setBack |= setting.fresh() && replicaVersion > sourceVersion;
                replica = indexOf(write.after());
                replicaVersion = sourceVersion;
            }
            told.append(answerLost ? "?" : applied ? "Y" : "N" + indexOf(found));
            if (answerLost) {
                throw new LockstepException("write", "replica", "the answer was lost", "", true, null);
            }
            return new Table.Swapped(applied, applied ? null : found);
        }

        private int indexOf(@Nullable Item item) {
            for (int i = 0; i < setting.values().size(); i++) {
                if (Objects.equals(setting.values().get(i), item)) {
                    return i;
                }
            }
            throw new IllegalStateException("a value that nobody wrote");
        }
    }

    /** The stores as one process sees them, with the mutation that the setting asks for. */
    private final class Mutated {
        private final World world;
        private Optional<Item> primarySeen = Optional.empty();
        private int primarySeenVersion;
        private boolean primaryReadAhead;
        private boolean wroteSinceLook;

        Mutated(World world) {
            this.world = world;
        }

        private Optional<Item> readPrimary() {
            if (setting.mutation() == Mutation.PRIMARY_READ_FIRST && primaryReadAhead) {
                primaryReadAhead = false;
                return primarySeen;
            }
            if (setting.mutation() == Mutation.NO_SECOND_LOOK && wroteSinceLook) {
                wroteSinceLook = false;
                return primarySeen;
            }
            return reallyReadPrimary();
        }

        private Optional<Item> reallyReadPrimary() {
            primarySeen = world.read(true);
            primarySeenVersion = world.primaryVersion;
            return primarySeen;
        }

        private Optional<Item> readReplica() {
            if (setting.mutation() == Mutation.PRIMARY_READ_FIRST) {
                reallyReadPrimary();
                primaryReadAhead = true;
            }
            wroteSinceLook = false;
            return world.read(false);
        }

        private Table.Swapped swap(Write write, Condition condition) {
            wroteSinceLook = true;
            Condition asked =
                    setting.mutation() == Mutation.NO_CONDITION ? new Condition(Map.of(), Set.of()) : condition;
            return world.swap(write, asked, primarySeenVersion);
        }

        Table primary() {
            return new OneKeyTable("primary") {
                @Override
                Optional<Item> read() {
                    return readPrimary();
                }
            };
        }

        Table replica() {
            return new OneKeyTable("replica") {
                @Override
                Optional<Item> read() {
                    return readReplica();
                }

                @Override
                public Swapped writeIf(Write write, Condition condition) {
                    return swap(write, condition);
                }
            };
        }
    }

    /** A table with one key, of which the repair uses two calls. */
    private abstract static class OneKeyTable implements Table {
        private final String name;

        OneKeyTable(String name) {
            this.name = name;
        }

        abstract Optional<Item> read();

        @Override
        public Found read(Collection<Key> keys, Consistency consistency) {
            if (consistency != Consistency.STRONG) {
                throw new IllegalStateException("the repair must read strongly");
            }
            return new Found(read().map(item -> Map.of(KEY, item)).orElse(Map.of()), List.of());
        }

        @Override
        public Swapped writeIf(Write write, Condition condition) {
            throw new UnsupportedOperationException("the repair must not write to the " + name);
        }

        @Override
        public List<Write> write(List<Write> writes) {
            throw new UnsupportedOperationException("the repair must not write blindly");
        }

        @Override
        public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String id() {
            return name;
        }

        @Override
        public KeySchema keys() {
            return SCHEMA;
        }

        @Override
        public Size size() {
            return new Size(1, 1);
        }

        @Override
        public Usage usage() {
            return new Usage();
        }
    }
}
