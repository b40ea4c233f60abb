package dev.lockstep.verify;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Key;
import dev.lockstep.table.Pairing;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Compares every item of a primary table with its replicas, in both directions, and repairs the replicas if told.
 *
 * <pre>{@code
 * DiffResult result = new Diff(primary, List.of(replica), DiffSettings.DEFAULT).run(found -> report(found));
 * }</pre>
 *
 * The primary is scanned once for all replicas, eventually consistent; each difference is confirmed by strong reads after
 * the settling time. Memory is bounded by the heap, not by the tables. To cancel, interrupt the thread that runs it. An
 * object may run several times, by one thread at a time.
 */
public final class Diff {
    private final RetryingTable primary;
    private final List<RetryingTable> replicas;
    private final DiffSettings settings;
    private final Progress progress;

    /** @throws InvalidSettingsException where the tables do not fit each other */
    public Diff(Table primary, List<? extends Table> replicas, DiffSettings settings) {
        this(primary, replicas, settings, Progress.NONE);
    }

    /** @throws InvalidSettingsException where the tables do not fit each other */
    public Diff(Table primary, List<? extends Table> replicas, DiffSettings settings, Progress progress) {
        Pairing.check("compare", primary, replicas);
        this.primary = RetryingTable.over(primary, settings.retry(), progress);
        this.replicas = replicas.stream()
                .map(r -> RetryingTable.over(r, settings.retry(), progress))
                .toList();
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * Compares, and returns the counts when all is done.
     *
     * @param findings is given each confirmed discrepancy while the run goes on, one at a time, from several threads
     * @throws LockstepException where a table failed for good; what was found before was handed out and, where that was
     *     asked for, repaired
     * @throws CancelledException where the calling thread was interrupted
     */
    public DiffResult run(Consumer<Discrepancy> findings) {
        try (DiffRun run = new DiffRun(primary, replicas, settings, progress, oneAtATime(findings))) {
            return run.run();
        }
    }

    /** Compares only these keys, by strong reads at once; those that differ are looked at again after the settling time. */
    public DiffResult run(Collection<Key> keys, Consumer<Discrepancy> findings) {
        try (DiffRun run = new DiffRun(primary, replicas, settings, progress, oneAtATime(findings))) {
            return run.run(keys);
        }
    }

    private static Consumer<Discrepancy> oneAtATime(Consumer<Discrepancy> findings) {
        Object lock = new Object();
        return discrepancy -> {
            synchronized (lock) {
                findings.accept(discrepancy);
            }
        };
    }
}
