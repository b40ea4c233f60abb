package dev.lockstep.replicate;

import dev.lockstep.change.Change;
import dev.lockstep.table.GuardTable;
import dev.lockstep.table.GuardTable.Answer;
import dev.lockstep.table.GuardTable.Guarded;
import dev.lockstep.table.InvalidItemException;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.work.Pool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A replica table that no older change can reach once a newer one was applied: for streams that repeat and reorder
 * (Kinesis), and for whoever fears a write that was delayed beyond its time-out. See {@link GuardTable} for the price.
 */
public final class GuardedTable implements Destination {
    private final String name;
    private final GuardTable guard;
    private final RetryingTable primary;
    private final boolean ordersTie;
    private final Pool writers;

    /**
     * @param ordersTie whether two changes of an item may have the same order, as with Kinesis, where it is a time; then
     *     the primary is asked
     */
    public GuardedTable(String name, GuardTable guard, RetryingTable primary, boolean ordersTie, Pool writers) {
        this.name = name;
        this.guard = guard;
        this.primary = primary;
        this.ordersTie = ordersTie;
        this.writers = writers;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Refused> apply(Collection<Change> changes) {
        List<Change> all = List.copyOf(changes);
        List<Supplier<List<Refused>>> calls = new ArrayList<>();
        for (int from = 0; from < all.size(); from += Table.MAX_WRITE) {
            List<Change> some = all.subList(from, Math.min(all.size(), from + Table.MAX_WRITE));
            calls.add(() -> write(some));
        }
        return calls.isEmpty()
                ? List.of()
                : writers.all(calls).stream().flatMap(List::stream).toList();
    }

    /** Where DynamoDB refuses the whole request for one faulty item, halving finds it. */
    private List<Refused> write(List<Change> some) {
        try {
            return writeTogether(some);
        } catch (InvalidItemException e) {
            if (some.size() == 1) {
                return List.of(new Refused(some.get(0), e));
            }
            List<Refused> refused = new ArrayList<>(write(some.subList(0, some.size() / 2)));
            refused.addAll(write(some.subList(some.size() / 2, some.size())));
            return refused;
        }
    }

    private List<Refused> writeTogether(List<Change> some) {
        Map<Key, Change> byKey = new HashMap<>();
        some.forEach(change -> byKey.put(change.key(), change));
        List<Guarded> writes = some.stream()
                .map(change -> new Guarded(change.write(), change.order()))
                .toList();
        Answer answer = guard.write(writes);
        List<Refused> refused = new ArrayList<>(refused(answer, byKey));
        if (ordersTie && !answer.ties().isEmpty()) {
            refused.addAll(refused(guard.writeTied(asThePrimaryHasThem(answer.ties())), byKey));
        }
        return refused;
    }

    private static List<Refused> refused(Answer answer, Map<Key, Change> byKey) {
        return answer.invalid().entrySet().stream()
                .map(e -> new Refused(
                        Objects.requireNonNull(byKey.get(e.getKey().write().key())), e.getValue()))
                .toList();
    }

    private List<Guarded> asThePrimaryHasThem(List<Guarded> ties) {
        List<Key> keys = ties.stream().map(tie -> tie.write().key()).toList();
        Map<Key, Item> now = primary.read(keys, Consistency.STRONG).items();
        return ties.stream()
                .map(tie -> {
                    Key key = tie.write().key();
                    Item item = now.get(key);
                    Change read = new Change(key, Change.Effect.READ, null, tie.order(), "", 0, false);
                    return new Guarded(read.resolved(item).write(), tie.order());
                })
                .toList();
    }

    /** Makes way for a repair of these keys: no change of the given order or an older one will pass any more. */
    public void raise(Collection<Backlog.Entry> entries) {
        List<Supplier<Boolean>> calls = new ArrayList<>();
        entries.forEach(entry -> calls.add(() -> {
            guard.raise(entry.key(), entry.order());
            return true;
        }));
        if (!calls.isEmpty()) {
            writers.all(calls);
        }
    }
}
