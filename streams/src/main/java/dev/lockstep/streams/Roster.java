package dev.lockstep.streams;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.Pause;
import dev.lockstep.replicate.StateRow;
import dev.lockstep.table.Condition;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.Table.Swapped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The destinations of a name: its processes share the shards, so each of them must serve the same ones, else what one reads
 * never reaches the others' destinations.
 *
 * <p>All processes with the list that is in the row keep changing its beat. Another list takes the row over only where the
 * beat stood still for the whole term, by the clock of who waits; who finds it taken over stops.
 *
 * <pre>{@code {"id": "destinations", "list": "<ids, sorted, with blanks between>", "names": ["…", …], "beat": "<a UUID>"}}</pre>
 */
final class Roster {
    private static final String ID = "destinations";
    private static final String LIST = "list";
    private static final String NAMES = "names";
    private static final String BEAT = "beat";
    private static final int BEATS_A_TERM = 3;
    private static final int LOOKS_A_TERM = 30;

    private final String name;
    private final RetryingTable state;
    private final List<Target> targets;
    private final String list;
    private final Duration term;

    Roster(String name, RetryingTable state, List<Target> targets, Duration term) {
        this.name = name;
        this.state = state;
        this.targets = targets;
        this.list = targets.stream().map(Target::id).sorted().collect(Collectors.joining(" "));
        this.term = term;
    }

    /** How often {@link #renew} must be called. */
    Duration beat() {
        return term.dividedBy(BEATS_A_TERM);
    }

    /**
     * Makes this list the name's, where no process with another one is alive.
     *
     * @param copies forgets those of destinations that were not followed for a while
     * @throws InvalidSettingsException where one is
     */
    void join(CopyState copies, boolean copyFirst, Consumer<String> log) {
        while (true) {
            Optional<StateRow> found = read();
            if (found.isEmpty()) {
                if (put(Condition.unchanged(row("").put(state.keys()), null))) {
                    return;
                }
            } else if (found.get().text(LIST).equals(list)) {
                if (put(ours())) {
                    return;
                }
            } else if (takenOver(found.get(), copies, copyFirst, log)) {
                return;
            }
        }
    }

    private boolean takenOver(StateRow other, CopyState copies, boolean copyFirst, Consumer<String> log) {
        log.accept("the name " + name + " was used for " + names(other.texts(NAMES)) + " before: waiting "
                + term.toSeconds() + " s to see whether a process that does so is alive");
        String beat = other.text(BEAT);
        if (!silent(beat)) {
            return false;
        }
        Set<String> known = Set.of(other.text(LIST).split(" "));
        List<Target> joining =
                targets.stream().filter(t -> !known.contains(t.id())).toList();
        joining.forEach(target -> copies.forget(target.id()));
        if (!put(Condition.attributeIs(BEAT, AttributeValue.fromS(beat)))) {
            return false;
        }
        if (!joining.isEmpty() && !copyFirst) {
            log.accept(names(joining.stream().map(Target::name).toList())
                    + ": new to the name " + name
                    + ", so what was written before is missing there. Start with --copy-first,"
                    + " or bring it into step by diff PRIMARY REPLICA --repair");
        }
        return true;
    }

    /** Whether the beat stands still for the whole term; not where it is already one of this list. */
    private boolean silent(String beat) {
        long began = System.nanoTime();
        while (System.nanoTime() - began < term.toNanos()) {
            pause();
            Optional<StateRow> now = read();
            if (now.isPresent() && !now.get().text(BEAT).equals(beat)) {
                if (now.get().text(LIST).equals(list)) {
                    return false;
                }
                throw new InvalidSettingsException(
                        "replicate",
                        "the name " + name,
                        "another process of it keeps " + names(now.get().texts(NAMES))
                                + " in step, and this one is to keep " + names(ourNames())
                                + ": what one of them reads would never reach the other's destinations",
                        "Stop the others first, or start with another --name");
            }
        }
        return true;
    }

    /**
     * Says that this process is alive.
     *
     * @throws LockstepException where the name was taken over for other destinations
     */
    void renew() {
        boolean held;
        try {
            held = put(ours());
        } catch (CancelledException e) {
            throw e;
        } catch (LockstepException e) {
            // The next time will tell.
            return;
        }
        if (!held) {
            throw new LockstepException(
                    "replicate",
                    "the name " + name,
                    "it was taken over for "
                            + read().map(row -> names(row.texts(NAMES))).orElse("nothing")
                            + " while this process was silent",
                    "Start this one with another --name, or with the same destinations");
        }
    }

    private Condition ours() {
        return Condition.attributeIs(LIST, AttributeValue.fromS(list));
    }

    private List<String> ourNames() {
        return targets.stream().map(Target::name).toList();
    }

    private static String names(List<String> names) {
        return String.join(", ", names);
    }

    private StateRow row(String beat) {
        return StateRow.named(ID)
                .with(LIST, list)
                .with(
                        NAMES,
                        AttributeValue.fromL(
                                ourNames().stream().map(AttributeValue::fromS).toList()))
                .with(BEAT, beat);
    }

    /** Whether our row is there now; an answer may have been lost, and the write been tried again. */
    private boolean put(Condition condition) {
        String beat = UUID.randomUUID().toString();
        Swapped swapped = state.writeIf(row(beat).put(state.keys()), condition);
        Item found = swapped.found();
        return swapped.applied()
                || (found != null && StateRow.of(found).text(BEAT).equals(beat));
    }

    private Optional<StateRow> read() {
        Key key = StateRow.named(ID).key(state.keys());
        return Optional.ofNullable(
                        state.read(List.of(key), Consistency.STRONG).items().get(key))
                .map(StateRow::of);
    }

    private void pause() {
        Pause.of(term.dividedBy(LOOKS_A_TERM), "replicate", "the name " + name);
    }
}
