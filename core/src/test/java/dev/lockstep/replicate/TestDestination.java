package dev.lockstep.replicate;

import dev.lockstep.LockstepException;
import dev.lockstep.change.Change;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.work.Pool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** A replica in memory that can be away, hang, or refuse single keys. Thread-safe. */
final class TestDestination implements Destination {
    final MemoryTable table;
    final Set<Key> refused = ConcurrentHashMap.newKeySet();
    volatile boolean away;
    volatile CountDownLatch hanging = new CountDownLatch(0);
    private final Destination destination;

    TestDestination(String name, KeySchema schema, Pool writers) {
        table = new MemoryTable(name, schema);
        destination = new TableDestination(retrying(), writers);
    }

    RetryingTable retrying() {
        return RetryingTable.over(table, RetryPolicy.BRIEF, RetryingTable.Listener.NONE);
    }

    @Override
    public String name() {
        return table.name();
    }

    @Override
    public List<Refused> apply(Collection<Change> changes) {
        if (away) {
            throw new LockstepException("BatchWriteItem", name(), "it is away", "", true, null);
        }
        try {
            hanging.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new dev.lockstep.CancelledException("write", name());
        }
        Set<Key> never = new HashSet<>(refused);
        List<Refused> all = new ArrayList<>(destination.apply(
                changes.stream().filter(c -> !never.contains(c.key())).toList()));
        changes.stream()
                .filter(c -> never.contains(c.key()))
                .map(c -> new Refused(c, new LockstepException("BatchWriteItem", name(), "too odd", "")))
                .forEach(all::add);
        return all;
    }
}
