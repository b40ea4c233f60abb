package dev.lockstep.streams;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.Pause;
import dev.lockstep.progress.Progress;
import dev.lockstep.replicate.Copy;
import dev.lockstep.replicate.CopySettings;
import dev.lockstep.replicate.DeadLetters;
import dev.lockstep.replicate.DeadLetters.Letter;
import dev.lockstep.replicate.FolderDestination;
import dev.lockstep.table.InvalidItemException;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.Write;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * The first copy of tables that are then kept in step.
 *
 * <p>The order is what makes it right: the stream is read from now on, and what it brings is only noted in the backlogs;
 * then the primary is copied, by strong reads, so that whatever was written before the stream was read is in the copy;
 * then the backlog is worked off ({@link Drain}). So every change that the copy may have missed is looked at after the
 * copy. It takes as long as it takes: what waits is kept in the state table, not in the stream.
 *
 * <p>One process of a name copies at a time, page by page with a checkpoint; if it dies another goes on. Run by one
 * thread.
 */
final class FirstCopy {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    private static final long BYTES_PER_SEGMENT = 64L << 20;
    private static final int PARALLEL = 4;

    private final RetryingTable primary;
    private final List<Target> targets;
    private final CopyState state;
    private final Claim claim;
    private final RetryPolicy retry;
    private final Progress progress;
    private final DeadLetters deadLetters;

    /** @param targets those that are to be copied to */
    FirstCopy(
            RetryingTable primary,
            List<Target> targets,
            CopyState state,
            Claim claim,
            RetryPolicy retry,
            Progress progress,
            DeadLetters deadLetters) {
        this.primary = primary;
        this.targets = targets;
        this.state = state;
        this.claim = claim;
        this.retry = retry;
        this.progress = progress;
        this.deadLetters = deadLetters;
    }

    private boolean pending(Target target) {
        return !state.copied(target.id());
    }

    /** Refuses tables that hold items, unless they hold them because the copy has begun. */
    void requireEmpty(boolean overwrite) {
        if (overwrite) {
            return;
        }
        for (Target target : targets) {
            if (!state.begun(target.id()) && holdsItems(target)) {
                throw new InvalidSettingsException(
                        "replicate",
                        target.name(),
                        "it holds items, and a first copy writes over them",
                        "Say --overwrite if that is meant (items that the primary lacks stay: compare afterwards), or leave"
                                + " out --copy-first");
            }
        }
    }

    private static boolean holdsItems(Target target) {
        return target.destination() instanceof FolderDestination folder
                ? folder.holdsItems()
                : target.table().map(RetryingTable::holdsItems).orElse(false);
    }

    /**
     * Returns when all targets are copied, by this process or another.
     *
     * @param streamIsRead whether every change from now on will come by the stream
     */
    void run(BooleanSupplier streamIsRead) {
        try (Pool copier = Pool.of("copy", 1)) {
            while (targets.stream().anyMatch(this::pending)) {
                if (streamIsRead.getAsBoolean() && claim.hold()) {
                    copy(copier);
                } else {
                    sleep();
                }
            }
        } finally {
            claim.release();
        }
    }

    private void copy(Pool copier) {
        Future<Boolean> copy = copier.ahead(() -> {
            copyAll();
            return true;
        });
        try {
            while (!copy.isDone() && claim.hold()) {
                sleep();
            }
        } finally {
            if (!copy.isDone()) {
                copy.cancel(true);
            }
        }
        if (!copy.isCancelled() && copier.get(copy)) {
            targets.forEach(target -> state.setCopied(target.id()));
        }
    }

    private void copyAll() {
        int proposed = (int) Math.max(PARALLEL, Math.min(100_000, primary.size().bytes() / BYTES_PER_SEGMENT));
        CopySettings settings = new CopySettings(
                OptionalInt.of(state.begin(targets.stream().map(Target::id).toList(), proposed)),
                Optional.empty(),
                PARALLEL,
                true,
                false,
                Consistency.STRONG,
                retry);
        List<RetryingTable> tables =
                targets.stream().flatMap(t -> t.table().stream()).toList();
        List<FolderDestination> folders = targets.stream()
                .map(Target::destination)
                .filter(FolderDestination.class::isInstance)
                .map(FolderDestination.class::cast)
                .toList();
        new Copy(primary, tables, folders, settings, progress, state, this::refused).run();
    }

    private void refused(String destination, Write write, InvalidItemException reason) {
        deadLetters.park(
                List.of(Letter.ofItem("the first copy", write.key(), write.after(), destination, reason.problem())));
    }

    private static void sleep() {
        Pause.of(LOOK_AGAIN, "copy", "the primary");
    }
}
