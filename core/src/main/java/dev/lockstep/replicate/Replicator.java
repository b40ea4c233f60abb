package dev.lockstep.replicate;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.Pause;
import dev.lockstep.change.Change;
import dev.lockstep.change.Change.Effect;
import dev.lockstep.change.ChangeBatch;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.replicate.DeadLetters.Letter;
import dev.lockstep.replicate.Destination.Refused;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.View;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Applies a shard's records to all destinations: the last change of each key in a batch, in the order of the stream.
 *
 * <p>When {@link #apply} returns, every record is durable: at each destination, in its backlog, or among the dead letters.
 * Only then may the caller move its checkpoint. Applying records again converges. Thread-safe; one thread a shard.
 */
public final class Replicator {
    /**
     * What to do with records.
     *
     * @param skipTtlDeletes whether deletes by TTL are left out: replicas then keep, or expire by themselves, what expired
     * @param view what of the primary its replicas should hold
     */
    public record Settings(boolean skipTtlDeletes, View view) {
        public static final Settings DEFAULT = new Settings(false);

        public Settings(boolean skipTtlDeletes) {
            this(skipTtlDeletes, View.WHOLE);
        }
    }

    /** Records seen, changes left out, changes after coalescing, dead letters. */
    public record Counts(long records, long skipped, long changes, long deadLetters) {}

    /**
     * What came of one call.
     *
     * @param oldestMillis when the oldest of its changes was made, by the service's clock; 0 where none told
     */
    public record Applied(long records, long oldestMillis) {}

    private final RetryingTable primary;
    private final List<Delivery> deliveries;
    private final Settings settings;
    private final DeadLetters deadLetters;
    private final Pool pool;
    private final LongAdder records = new LongAdder();
    private final LongAdder skipped = new LongAdder();
    private final LongAdder changes = new LongAdder();
    private final LongAdder letters = new LongAdder();

    /** @param pool serves the destinations side by side */
    public Replicator(
            RetryingTable primary, List<Delivery> deliveries, Settings settings, DeadLetters deadLetters, Pool pool) {
        this.primary = primary;
        this.deliveries = List.copyOf(deliveries);
        this.settings = settings;
        this.deadLetters = deadLetters;
        this.pool = pool;
    }

    public List<Delivery> deliveries() {
        return deliveries;
    }

    public Counts counts() {
        return new Counts(records.sum(), skipped.sum(), changes.sum(), letters.sum());
    }

    /**
     * Applies records of one shard, at least one, in their order.
     *
     * @throws CancelledException where the calling thread was interrupted; any part may have been applied
     * @throws LockstepException where going on would lose a record: nothing may be checkpointed
     */
    public Applied apply(String shard, List<StreamRecord> arrived) {
        Batch batch = new Batch(shard, arrived);
        Collection<Change> newest = batch.seen(resolved(ChangeBatch.newest(batch.understood)));
        List<Supplier<List<Letter>>> ways = new ArrayList<>();
        for (Delivery delivery : deliveries) {
            ways.add(() -> batch.letters(delivery, delivery.deliver(newest)));
        }
        pool.all(ways).forEach(batch.unreadable::addAll);
        if (!batch.unreadable.isEmpty()) {
            park(batch.unreadable);
        }
        records.add(arrived.size());
        changes.add(newest.size());
        return new Applied(arrived.size(), batch.oldestMillis());
    }

    /**
     * Sets aside what can never be applied.
     *
     * @throws LockstepException where there is no place for it: nothing may be skipped
     */
    public void park(List<Letter> some) {
        deadLetters.park(some);
        letters.add(some.size());
    }

    /** The records of one call, and what they say. */
    private final class Batch {
        private final String shard;
        private final List<Change> understood = new ArrayList<>();
        private final List<Letter> unreadable = new ArrayList<>();
        private final Map<Key, StreamRecord> lastOfKey = new HashMap<>();

        Batch(String shard, List<StreamRecord> arrived) {
            this.shard = shard;
            for (StreamRecord record : arrived) {
                try {
                    take(record, record.read(primary.keys()));
                } catch (MalformedItemException e) {
                    unreadable.add(new Letter(shard, record, "", e.getMessage()));
                }
            }
        }

        private void take(StreamRecord record, Change change) {
            if (leftOut(change)) {
                skipped.increment();
            } else {
                understood.add(change);
                lastOfKey.put(change.key(), record);
            }
        }

        /** The changes as replicas should see them. One whose item cannot be shown can never be applied. */
        Collection<Change> seen(Collection<Change> newest) {
            if (settings.view().whole()) {
                return newest;
            }
            List<Change> seen = new ArrayList<>();
            for (Change change : newest) {
                try {
                    seen.add(Replicator.this.seen(change));
                } catch (CancelledException e) {
                    throw e;
                } catch (LockstepException e) {
                    StreamRecord record = Objects.requireNonNull(lastOfKey.get(change.key()));
                    unreadable.add(new Letter(shard, record, "", e.problem()));
                }
            }
            return seen;
        }

        long oldestMillis() {
            return understood.stream().mapToLong(Change::createdMillis).min().orElse(0);
        }

        List<Letter> letters(Delivery delivery, List<Refused> refused) {
            return refused.stream()
                    .map(r -> new Letter(
                            shard,
                            Objects.requireNonNull(lastOfKey.get(r.change().key())),
                            delivery.destination().name(),
                            r.reason().problem()))
                    .toList();
        }
    }

    /** An item that replicas should not hold is to them one that was deleted. */
    private Change seen(Change change) {
        Item image = change.image();
        return image == null
                ? change
                : change.resolved(settings.view().seen(image, primary.keys()).orElse(null));
    }

    private boolean leftOut(Change change) {
        return change.expired() && settings.skipTtlDeletes();
    }

    /** What the stream does not tell, the primary does: its item now is at least as new as the change. */
    private Collection<Change> resolved(Collection<Change> newest) {
        List<Key> unknown = newest.stream()
                .filter(c -> c.effect() == Effect.READ)
                .map(Change::key)
                .toList();
        if (unknown.isEmpty()) {
            return newest;
        }
        Map<Key, Item> found = readForEver(unknown);
        return newest.stream()
                .map(c -> c.effect() == Effect.READ ? c.resolved(found.get(c.key())) : c)
                .toList();
    }

    /** The primary is away: then nothing else can be done but wait. */
    private Map<Key, Item> readForEver(List<Key> keys) {
        for (int tries = 0; ; tries++) {
            try {
                return primary.read(keys, Consistency.STRONG).items();
            } catch (CancelledException e) {
                throw e;
            } catch (LockstepException e) {
                pause(RetryPolicy.FOR_EVER.pause(tries));
            }
        }
    }

    private void pause(Duration pause) {
        Pause.of(pause, "read", primary.name());
    }
}
