package dev.lockstep.replicate;

import dev.lockstep.change.Change;
import dev.lockstep.table.InvalidItemException;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table;
import dev.lockstep.work.Pool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** A replica table, written by BatchWriteItem: 25 changes a request, without conditions. */
public final class TableDestination implements Destination {
    private final RetryingTable replica;
    private final Pool writers;

    /** @param writers bounds the requests in flight; it may serve other destinations too */
    public TableDestination(RetryingTable replica, Pool writers) {
        this.replica = replica;
        this.writers = writers;
    }

    @Override
    public String name() {
        return replica.name();
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

    /** One faulty item makes DynamoDB refuse the whole request; halving finds it, and the others are written. */
    private List<Refused> write(List<Change> some) {
        try {
            replica.write(some.stream().map(Change::write).toList());
            return List.of();
        } catch (InvalidItemException e) {
            if (some.size() == 1) {
                return List.of(new Refused(some.get(0), e));
            }
            List<Refused> refused = new ArrayList<>(write(some.subList(0, some.size() / 2)));
            refused.addAll(write(some.subList(some.size() / 2, some.size())));
            return refused;
        }
    }
}
