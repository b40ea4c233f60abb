package dev.lockstep.streams.kcl;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks now and then whether the stream still exists and every shard makes progress, since KCL does not tell: to it a stream
 * that is gone is one without shards.
 */
final class Watchdog implements Runnable {
    private static final int LINEAGE_EVERY = 6;

    private final StreamSource source;
    private final Supplier<LeaseTable.Rows> leases;
    private final WorkerSettings settings;
    private final Supplier<Map<String, Duration>> stalled;
    private final LineageCheck lineage;
    private final Consumer<RuntimeException> failures;
    private final Map<String, Seen> seen = new HashMap<>();
    private long reachedNanos = System.nanoTime();
    private int looks;

    private record Seen(long counter, String checkpoint, long nanos) {}

    /** @param stalled this process's open shards and for how long they were neither read nor worked on */
    Watchdog(
            StreamSource source,
            Supplier<LeaseTable.Rows> leases,
            WorkerSettings settings,
            Supplier<Map<String, Duration>> stalled,
            LineageCheck lineage,
            Consumer<RuntimeException> failures) {
        this.source = source;
        this.leases = leases;
        this.settings = settings;
        this.stalled = stalled;
        this.lineage = lineage;
        this.failures = failures;
    }

    @Override
    public void run() {
        try {
            while (true) {
                Thread.sleep(settings.watch().toMillis());
                look();
            }
        } catch (InterruptedException | CancelledException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failures.accept(e);
        }
    }

    /** @throws LockstepException where the worker must end */
    void look() {
        try {
            source.describe();
            LeaseTable.Rows rows = leases.get();
            requireProgress(rows);
            if (looks++ % LINEAGE_EVERY == 0) {
                lineage.check();
            }
            reachedNanos = System.nanoTime();
        } catch (CancelledException e) {
            throw e;
        } catch (LockstepException e) {
            if (!e.retryable()
                    || System.nanoTime() - reachedNanos > settings.stall().toNanos()) {
                throw e;
            }
        }
        stalled.get().forEach((shard, time) -> {
            if (time.compareTo(settings.stall()) > 0) {
                throw noProgress(shard, time, "it could not be read");
            }
        });
    }

    private void requireProgress(LeaseTable.Rows rows) {
        long now = System.nanoTime();
        Set<String> there = new HashSet<>();
        for (LeaseTable.Row row : rows.leases()) {
            there.add(row.shardId());
            Seen before = seen.get(row.shardId());
            if (row.finished() || changed(before, row)) {
                seen.put(row.shardId(), new Seen(row.counter(), row.checkpoint(), now));
            } else if (before != null && now - before.nanos() > settings.stall().toNanos()) {
                throw noProgress(row.shardId(), Duration.ofNanos(now - before.nanos()), "no process holds it");
            }
        }
        seen.keySet().retainAll(there);
    }

    private static boolean changed(@Nullable Seen before, LeaseTable.Row row) {
        return before == null
                || before.counter() != row.counter()
                || !before.checkpoint().equals(row.checkpoint());
    }

    private LockstepException noProgress(String shard, Duration time, String problem) {
        return new LockstepException(
                "read",
                source.arn(),
                "shard " + shard + " made no progress for " + time.toSeconds() + " s: " + problem,
                "Run the same command again; it goes on where it was. Changes are lost after 24 hours",
                true,
                null);
    }
}
