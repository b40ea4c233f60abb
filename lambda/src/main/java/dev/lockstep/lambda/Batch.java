package dev.lockstep.lambda;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.change.Change;
import dev.lockstep.change.Change.Effect;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.lambda.Opened.Target;
import dev.lockstep.lambda.Reading.Item;
import dev.lockstep.replicate.DeadLetters.Letter;
import dev.lockstep.replicate.Destination.Refused;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One event, applied to all destinations as far as it goes.
 *
 * <p>Of each key the last change is written. A change that a destination refuses is poison: the change of the same key
 * before it is written there instead, so that all before the poison is there. Used by one thread; its calls run on others.
 */
final class Batch {
    /**
     * A record that can never be applied.
     *
     * @param destination that refused it; empty where nobody can read it
     */
    record Poison(int index, String destination, String reason) {}

    /** What came of one destination: keys written, and why not all of them were. */
    record Delivered(String name, int applied, Optional<String> failure) {}

    private final List<StreamRecord> records;
    private final Reading reading;
    private final Opened opened;
    private final Calls calls;
    private final Deadline deadline;
    private final List<Way> ways;
    private final ConcurrentLinkedQueue<Poison> poison = new ConcurrentLinkedQueue<>();

    Batch(List<StreamRecord> records, Reading reading, Opened opened, Calls calls, Deadline deadline) {
        this.records = records;
        this.reading = reading;
        this.opened = opened;
        this.calls = calls;
        this.deadline = deadline;
        this.ways = opened.targets().stream().map(Way::new).toList();
        reading.unreadable().forEach(u -> poison.add(new Poison(u.index(), "", u.reason())));
    }

    /** @throws LockstepException where the primary must be asked and is not known; nothing was written */
    void apply() {
        resolve();
        List<Runnable> pieces = new ArrayList<>();
        ways.forEach(way -> way.cut(pieces));
        calls.make(pieces, deadline);
    }

    /** The place of the first record that is not everywhere it belongs, and not poison. */
    Optional<Integer> firstUnfinished() {
        return ways.stream()
                .flatMap(way -> reading.items().stream().filter(item -> !way.done.contains(item)))
                .map(Item::first)
                .min(Comparator.naturalOrder());
    }

    /** In the order of the records. */
    List<Poison> poison() {
        return poison.stream().sorted(Comparator.comparingInt(Poison::index)).toList();
    }

    List<Letter> letters(String source) {
        return poison().stream()
                .map(p -> new Letter(source, records.get(p.index()), p.destination(), p.reason()))
                .toList();
    }

    List<Delivered> delivered() {
        return ways.stream().map(Way::delivered).toList();
    }

    /** What the stream does not tell, the primary does: its item now is at least as new as the change. */
    private void resolve() {
        List<Item> unknown = reading.items().stream()
                .filter(item -> item.change().effect() == Effect.READ)
                .toList();
        if (unknown.isEmpty()) {
            return;
        }
        RetryingTable primary = opened.primary()
                .orElseThrow(() -> new LockstepException(
                        "read",
                        "primary",
                        "the stream does not tell what the items are now, or in which order they came to be so",
                        "Name the primary in LOCKSTEP_PRIMARY, or give the table a stream with new images"));
        List<Runnable> reads = new ArrayList<>();
        for (int from = 0; from < unknown.size(); from += Table.MAX_READ) {
            List<Item> some = unknown.subList(from, Math.min(unknown.size(), from + Table.MAX_READ));
            reads.add(() -> resolve(primary, some));
        }
        calls.make(reads, deadline);
    }

    private void resolve(RetryingTable primary, List<Item> some) {
        try {
            Map<Key, dev.lockstep.table.Item> found = primary.read(
                            some.stream().map(Item::key).toList(), Consistency.STRONG)
                    .items();
            some.forEach(item -> item.resolve(found.get(item.key())));
        } catch (CancelledException e) {
            // They stay unresolved, and so unfinished.
        } catch (LockstepException e) {
            ways.forEach(way -> way.failed("primary: " + told(e)));
        }
    }

    /** The way to one destination. */
    private final class Way {
        private final Target target;
        private final Set<Item> done = ConcurrentHashMap.newKeySet();
        private volatile Optional<String> failure = Optional.empty();
        private volatile boolean closed;

        Way(Target target) {
            this.target = target;
            target.pauses().forget();
        }

        void cut(List<Runnable> pieces) {
            List<Item> known = reading.items().stream()
                    .filter(item -> item.change().effect() != Effect.READ)
                    .toList();
            for (int from = 0; from < known.size(); from += target.batch()) {
                List<Item> some = known.subList(from, Math.min(known.size(), from + target.batch()));
                pieces.add(() -> apply(some));
            }
        }

        private void apply(List<Item> some) {
            if (closed) {
                return;
            }
            try {
                Map<Key, Item> byKey = some.stream().collect(Collectors.toMap(Item::key, item -> item));
                List<Change> changes = some.stream().map(Item::change).toList();
                for (Refused refused : target.destination().apply(changes)) {
                    goBack(Objects.requireNonNull(byKey.get(refused.change().key())), refused);
                }
                done.addAll(some);
            } catch (CancelledException e) {
                failed(target.pauses().stopped());
            } catch (LockstepException e) {
                closed = !e.retryable();
                failed(told(e));
            } catch (RuntimeException e) {
                closed = true;
                failed(e.getClass().getSimpleName());
            }
        }

        /** All that came before the poison counts: of the same key, the newest that is taken. */
        private void goBack(Item item, Refused refused) {
            int at = item.wasRead() ? item.first() : item.indexOf(refused.change());
            poison.add(new Poison(at, target.destination().name(), told(refused.reason())));
            Optional<Change> before = item.newestBefore(at).filter(change -> change.effect() != Effect.READ);
            before.ifPresent(
                    change -> target.destination().apply(List.of(change)).forEach(again -> goBack(item, again)));
        }

        void failed(String reason) {
            if (failure.isEmpty()) {
                failure = Optional.of(reason);
            }
        }

        Delivered delivered() {
            boolean all = done.size() == reading.items().size();
            Optional<String> reason =
                    failure.or(() -> Optional.of(target.pauses().stopped()));
            return new Delivered(target.destination().name(), done.size(), all ? Optional.empty() : reason);
        }
    }

    /** Without the subject, which may hold a key. */
    private static String told(LockstepException e) {
        return Stream.of(e.operation() + ": " + e.problem(), e.hint())
                .filter(part -> !part.isEmpty())
                .reduce((one, other) -> one + ". " + other)
                .orElse("");
    }
}
