package dev.lockstep.verify;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Key;
import dev.lockstep.table.Pairing;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
        try (DiffRun run = prepared(findings, null, Report.NONE)) {
            return run.run();
        }
    }

    /**
     * The same, going on from a checkpoint, and saving to it. A finding that a killed run had handed out is handed out again,
     * unless it is within the {@link #reported} bytes of the report.
     *
     * @param checkpoint the caller's to close
     */
    public DiffResult run(Consumer<Discrepancy> findings, Checkpoint checkpoint, Report report) {
        try (DiffRun run = prepared(findings, checkpoint, report)) {
            return run.run();
        }
    }

    /** How long the report was, of what a checkpoint tells: to be cut back to this before the run goes on. */
    public static long reported(Checkpoint checkpoint) {
        return checkpoint.before(SavedDiff.NAME).path(SavedDiff.REPORT).asLong(0);
    }

    private DiffRun prepared(Consumer<Discrepancy> findings, @Nullable Checkpoint checkpoint, Report report) {
        return new DiffRun(primary, replicas, settings, progress, oneAtATime(findings), checkpoint, report);
    }

    /** Compares only these keys, by strong reads at once; those that differ are looked at again after the settling time. */
    public DiffResult run(Collection<Key> keys, Consumer<Discrepancy> findings) {
        try (DiffRun run = prepared(findings, null, Report.NONE)) {
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
