package dev.lockstep.streams;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.capacity.Pace;
import dev.lockstep.progress.Progress;
import dev.lockstep.replicate.StateRow;
import dev.lockstep.table.Key;
import dev.lockstep.table.PacedTable;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.View;
import dev.lockstep.verify.Diff;
import dev.lockstep.verify.DiffResult;
import dev.lockstep.verify.DiffSettings;
import dev.lockstep.verify.Discrepancy;
import dev.lockstep.verify.ItemComparison;
import dev.lockstep.verify.RepairPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compares the replicas with the primary from time to time while they are kept in step, on a budget, and repairs them by
 * the race-safe protocol if told.
 *
 * <p>One process of a name does it at a time; when it was last done stands in the state table. Run by one thread.
 */
public final class Verification {
    /**
     * What to do.
     *
     * @param every from the beginning of one comparison to that of the next
     * @param repair whether differences are repaired
     * @param readUnits read units a second on each table; empty: so that a comparison takes at most half of {@code every}
     * @param journal where an interrupted repair leaves its keys
     * @param settle how long a difference must last: longer than the replicas usually lag
     * @param comparison when items that are not equal by value count as equal
     */
    public record Settings(
            Duration every,
            boolean repair,
            Optional<Double> readUnits,
            Path journal,
            Duration settle,
            ItemComparison comparison) {
        public Settings(Duration every, boolean repair, Optional<Double> readUnits, Path journal, Duration settle) {
            this(every, repair, readUnits, journal, settle, ItemComparison.EXACT);
        }
    }

    /** What came of the last one. */
    public record Last(Instant at, Duration took, Optional<DiffResult> result, Optional<String> error) {}

    private static final String ROW = "verified";
    private static final double LEAST_UNITS = 100;
    private static final double BYTES_PER_UNIT = 8192;

    private final RetryingTable primary;
    private final View view;
    private final List<Target> targets;
    private final RetryingTable state;
    private final Claim claim;
    private final Settings settings;
    private final RetryPolicy retry;
    private final Consumer<Discrepancy> findings;
    private final Consumer<String> log;
    private volatile @Nullable Last last;
    private volatile boolean busy = true;

    Verification(
            RetryingTable primary,
            View view,
            List<Target> targets,
            RetryingTable state,
            Claim claim,
            Settings settings,
            RetryPolicy retry,
            Consumer<Discrepancy> findings,
            Consumer<String> log) {
        this.primary = primary;
        this.view = view;
        this.targets = targets;
        this.state = state;
        this.claim = claim;
        this.settings = settings;
        this.retry = retry;
        this.findings = findings;
        this.log = log;
    }

    Optional<Last> last() {
        return Optional.ofNullable(last);
    }

    Duration every() {
        return settings.every();
    }

    /** Compares where it is time to and this process's turn. */
    void pass() {
        try {
            compareIfDue();
        } catch (CancelledException e) {
            throw e;
        } catch (LockstepException e) {
            ended(new Last(
                    Instant.now(), Duration.ZERO, Optional.empty(), Optional.of(String.valueOf(e.getMessage()))));
        }
    }

    private void compareIfDue() {
        if (due() && claim.hold()) {
            busy = true;
            try {
                if (due()) {
                    compare();
                }
            } finally {
                claim.release();
            }
        }
        busy = false;
    }

    /** Whether it is at work, or has not looked yet whether it is time to. */
    boolean busy() {
        return busy;
    }

    private boolean due() {
        Key key = StateRow.named(ROW).key(state.keys());
        return Optional.ofNullable(
                        state.read(List.of(key), Consistency.STRONG).items().get(key))
                .map(row -> StateRow.of(row).number("at"))
                .map(at -> System.currentTimeMillis() - at >= settings.every().toMillis())
                .orElse(true);
    }

    private void compare() {
        Instant began = Instant.now();
        state.write(List.of(StateRow.named(ROW).with("at", began.toEpochMilli()).put(state.keys())));
        Pace pace = new Pace(settings.readUnits().orElseGet(this::gently));
        Function<RetryingTable, RetryingTable> paced = table -> RetryingTable.over(
                new PacedTable(table, pace, Pace.unlimited(), PacedTable.Sizes.LARGEST), retry, Progress.NONE);
        DiffSettings diff = DiffSettings.DEFAULT
                .withSettle(settings.settle())
                .withParallel(1)
                .withRetry(retry)
                .withComparison(settings.comparison())
                .withJournal(settings.journal())
                .withRepair(settings.repair() ? RepairPolicy.EVERYTHING : RepairPolicy.NOTHING);
        try {
            List<RetryingTable> replicas =
                    targets.stream().flatMap(t -> t.table().stream()).map(paced).toList();
            DiffResult result = new Diff(view.over(paced.apply(primary)), replicas, diff).run(findings);
            ended(new Last(began, Duration.between(began, Instant.now()), Optional.of(result), Optional.empty()));
        } catch (CancelledException e) {
            throw e;
        } catch (LockstepException e) {
            ended(new Last(
                    began,
                    Duration.between(began, Instant.now()),
                    Optional.empty(),
                    Optional.of(String.valueOf(e.getMessage()))));
        }
    }

    /** Equal tables are no news; drift and a comparison that failed are, once each. */
    private void ended(Last now) {
        Optional<String> before = Optional.ofNullable(last).flatMap(Last::error);
        last = now;
        now.error().filter(error -> !before.equals(now.error())).ifPresent(error -> log.accept("comparing: " + error));
        now.result()
                .ifPresent(result -> result.replicas().stream()
                        .filter(replica -> different(replica.counts()) > 0)
                        .forEach(replica -> log.accept(drift(replica))));
    }

    private static long different(DiffResult.Counts counts) {
        return counts.missing() + counts.different() + counts.extra();
    }

    private static String drift(DiffResult.Replica replica) {
        DiffResult.Counts counts = replica.counts();
        return "comparing found " + replica.name() + " to differ: " + counts.missing() + " missing, "
                + counts.different() + " different, " + counts.extra() + " extra; " + counts.repaired() + " repaired";
    }

    /** Eventually consistent scans cost a unit for 8 KB. */
    private double gently() {
        double units = primary.size().bytes() / BYTES_PER_UNIT * (1 + targets.size());
        return Math.max(LEAST_UNITS, units / (settings.every().toSeconds() / 2.0 + 1));
    }
}
