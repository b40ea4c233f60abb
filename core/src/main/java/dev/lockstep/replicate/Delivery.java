package dev.lockstep.replicate;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.Pause;
import dev.lockstep.change.Change;
import dev.lockstep.replicate.Destination.Refused;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way of changes to one destination: tried until they are durable there or, where others must not wait for it, in its
 * backlog.
 *
 * <p>A destination that is alone has no backlog: the stream is its backlog, and it is tried for ever. One among several
 * that does not take a batch within the patience is <em>away</em>: from then on its changes are only noted, until somebody
 * has worked off the backlog and says {@link #back}. Thread-safe.
 */
public final class Delivery {
    /** What is told of a destination. */
    public record Health(String name, boolean away, long applied, long noted, Optional<Failure> failure) {}

    /** Why and when a destination last failed. */
    public record Failure(String problem, Instant at) {}

    private final Destination destination;
    private final Optional<Backlog> backlog;
    private final Duration patience;
    private final RetryPolicy pauses;
    private final Pool appliers;
    private final Consumer<String> log;
    private final Runnable same;
    private final LongAdder applied = new LongAdder();
    private final LongAdder noted = new LongAdder();
    private volatile boolean away;
    private volatile long awayNanos;
    private volatile @Nullable Failure failure;

    /**
     * @param backlog where there is one, the destination is not waited for longer than the patience
     * @param pauses how long to wait between tries; the number of tries in it does not count
     * @param log is told when the destination fails, goes away and comes back; one line
     */
    public Delivery(
            Destination destination,
            Optional<Backlog> backlog,
            Duration patience,
            RetryPolicy pauses,
            Pool appliers,
            Consumer<String> log) {
        this(destination, backlog, patience, pauses, appliers, log, () -> {});
    }

    /**
     * @param same asked after failures: throws {@link ReplacedException} where the destination is not the one of the start
     *     any more, which ends everything, or another where that cannot be told now
     */
    public Delivery(
            Destination destination,
            Optional<Backlog> backlog,
            Duration patience,
            RetryPolicy pauses,
            Pool appliers,
            Consumer<String> log,
            Runnable same) {
        this.destination = destination;
        this.backlog = backlog;
        this.patience = patience;
        this.pauses = pauses;
        this.appliers = appliers;
        this.log = log;
        this.same = same;
    }

    public Destination destination() {
        return destination;
    }

    public Optional<Backlog> backlog() {
        return backlog;
    }

    public Health health() {
        return new Health(destination.name(), away, applied.sum(), noted.sum(), Optional.ofNullable(failure));
    }

    /** From now on changes are only noted: it does not take them, or a first copy is under way. */
    public void leave() {
        awayNanos = System.nanoTime();
        away = backlog.isPresent();
    }

    /** For how long it has been away; zero where it is not. */
    public Duration awayFor() {
        return away ? Duration.ofNanos(System.nanoTime() - awayNanos) : Duration.ZERO;
    }

    /** @throws LockstepException where the destination is not known to be the one of the start */
    public void requireSame() {
        same.run();
    }

    /**
     * The backlog is worked off: from now on changes are applied again.
     *
     * @throws LockstepException where the destination is not known to be the one of the start
     */
    public void back() {
        if (away) {
            requireSame();
            away = false;
            failure = null;
            log.accept(destination.name() + " is back in step");
        }
    }

    /** Takes note of a failure that somebody else met with this destination. */
    public void failed(String problem) {
        failure = new Failure(problem, Instant.now());
    }

    /**
     * Returns when all changes are durable, but those that the destination will never take.
     *
     * @throws CancelledException where the calling thread was interrupted
     * @throws ReplacedException where the destination was made anew
     */
    public List<Refused> deliver(Collection<Change> changes) {
        if (changes.isEmpty()) {
            return List.of();
        }
        if (backlog.isEmpty()) {
            return applyForEver(changes);
        }
        if (!away) {
            Optional<List<Refused>> refused = applyInTime(changes);
            if (refused.isPresent()) {
                return refused.get();
            }
            leave();
            log.accept(destination.name() + " is away: its changes are kept in the backlog");
        }
        noteForEver(backlog.get(), changes);
        noted.add(changes.size());
        return List.of();
    }

    private void noteForEver(Backlog keys, Collection<Change> changes) {
        for (int tries = 0; ; tries++) {
            try {
                keys.note(changes);
                return;
            } catch (CancelledException e) {
                throw e;
            } catch (LockstepException e) {
                failing(e);
                pause(pauses.pause(tries));
            }
        }
    }

    private List<Refused> applyForEver(Collection<Change> changes) {
        for (int tries = 0; ; tries++) {
            try {
                return apply(changes, tries > 0);
            } catch (CancelledException | ReplacedException e) {
                throw e;
            } catch (LockstepException e) {
                failing(e);
                pause(pauses.pause(tries));
            }
        }
    }

    private Optional<List<Refused>> applyInTime(Collection<Change> changes) {
        long end = System.nanoTime() + patience.toNanos();
        for (int tries = 0; ; tries++) {
            try {
                return Optional.of(apply(changes, tries > 0, end - System.nanoTime()));
            } catch (TimeoutException e) {
                failing(new LockstepException(
                        "apply", destination.name(), "it takes longer than " + patience.toSeconds() + " s", ""));
                return Optional.empty();
            } catch (CancelledException | ReplacedException e) {
                throw e;
            } catch (LockstepException e) {
                failing(e);
                Duration pause = pauses.pause(tries);
                if (System.nanoTime() + pause.toNanos() > end) {
                    return Optional.empty();
                }
                pause(pause);
            }
        }
    }

    private List<Refused> apply(Collection<Change> changes, boolean again) {
        if (again || failure != null) {
            requireSame();
        }
        List<Refused> refused = destination.apply(changes);
        applied.add(changes.size() - refused.size());
        failure = null;
        return refused;
    }

    /** Applies on another thread, which has ended when this returns: nothing is written behind the caller's back. */
    private List<Refused> apply(Collection<Change> changes, boolean again, long nanos) throws TimeoutException {
        CountDownLatch ended = new CountDownLatch(1);
        // Taken by the thread that begins, or by us: then it will not begin any more, and never end.
        AtomicBoolean taken = new AtomicBoolean();
        Future<List<Refused>> call = appliers.ahead(() -> {
            if (!taken.compareAndSet(false, true)) {
                return List.of();
            }
            try {
                return apply(changes, again);
            } finally {
                ended.countDown();
            }
        });
        try {
            if (!ended.await(Math.max(0, nanos), TimeUnit.NANOSECONDS)) {
                call.cancel(true);
                if (!taken.compareAndSet(false, true)) {
                    ended.await();
                }
                throw new TimeoutException();
            }
            return appliers.get(call);
        } catch (InterruptedException e) {
            call.cancel(true);
            Thread.currentThread().interrupt();
            throw new CancelledException("replicate", destination.name());
        }
    }

    private void failing(LockstepException e) {
        Failure before = failure;
        failed(e.problem());
        if (before == null || !before.problem().equals(e.problem())) {
            log.accept(destination.name() + ": " + e.getMessage());
        }
    }

    private void pause(Duration pause) {
        Pause.of(pause, "replicate", destination.name());
    }
}
