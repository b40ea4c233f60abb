package dev.lockstep.streams;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.Pause;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.progress.Progress;
import dev.lockstep.replicate.Backlog;
import dev.lockstep.replicate.DeadLetters;
import dev.lockstep.replicate.DeadLetters.Letter;
import dev.lockstep.replicate.Delivery;
import dev.lockstep.replicate.Replicator;
import dev.lockstep.table.Pairing;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.View;
import dev.lockstep.verify.Discrepancy;
import dev.lockstep.work.Crew;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps destinations in step with a primary table for as long as it runs: the stream's reader, the deliveries, the first
 * copy, the drains of backlogs, and comparisons from time to time.
 *
 * <p>Processes with the same name share the work; any of them may be killed. {@link #run} returns after {@link #stop}, or
 * when there was nothing to do for a while where that is asked for, and throws where going on would lose changes.
 */
public final class Replication {
    /** Reads a stream's shards and hands their records on; the Kinesis Client Library does it. */
    public interface Reader {
        /** Reads until stopped; throws where changes would be lost. */
        void run();

        /** Finishes what is in hand, keeps the position, and makes {@link #run} return. */
        void stop();

        /** Whether every shard has a reader whose position is kept: whatever happens from now on will come. */
        boolean everyShardIsRead();

        /** Whether all shards that this process holds were read to their tips. */
        boolean atTip();

        /** Whether whatever else reads the stream has all that this reader has. */
        default boolean othersHaveAll() {
            return true;
        }
    }

    /**
     * How to replicate.
     *
     * @param name shared by the processes that share the work
     * @param patience how long several destinations wait for one of them
     * @param silence how long a process must be silent to be taken for dead: longer than any pause of a healthy one
     * @param untilIdle stop when there was nothing to do for so long
     * @param view what of the primary its replicas should hold; not for folders, whose change logs hold everything
     */
    public record Settings(
            String name,
            boolean copyFirst,
            boolean overwrite,
            boolean skipTtlDeletes,
            Duration patience,
            Duration silence,
            Optional<Duration> untilIdle,
            Optional<Verification.Settings> verification,
            RetryPolicy retry,
            View view) {
        public Settings(
                String name,
                boolean copyFirst,
                boolean overwrite,
                boolean skipTtlDeletes,
                Duration patience,
                Duration silence,
                Optional<Duration> untilIdle,
                Optional<Verification.Settings> verification,
                RetryPolicy retry) {
            this(
                    name,
                    copyFirst,
                    overwrite,
                    skipTtlDeletes,
                    patience,
                    silence,
                    untilIdle,
                    verification,
                    retry,
                    View.WHOLE);
        }
    }

    private static final Duration DRAIN_BUSY = Duration.ofMillis(500);
    private static final Duration DRAIN_IDLE = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofMillis(100);
    private final Settings settings;
    private final RetryingTable primary;
    private final List<Target> targets;
    private final CopyState copyState;
    private final Roster roster;
    private final Replicator replicator;
    private final FirstCopy firstCopy;
    private final List<Target> toCopy;
    private final List<Drain> drains = new ArrayList<>();
    private final Optional<Verification> verification;
    private final Pool pool = Pool.unbounded("deliver");
    private final Pool writers;
    private final Gauges gauges;
    private final Consumer<String> log;
    private final Progress progress;
    private final Map<String, Boolean> ready = new ConcurrentHashMap<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean stopping;
    private volatile boolean reading;
    private volatile Instant aliveAt = Instant.now();
    private volatile @Nullable Reader reader;

    /**
     * @param writers bounds the requests in flight to all destinations together
     * @param state the table {@code NAME-State}; see {@link StateRow}
     * @param log is told what an operator should know, a line each
     * @throws InvalidSettingsException where another process of the name is alive and has other destinations, or a table
     *     that is to be copied to holds items
     */
    public Replication(
            Settings settings,
            RetryingTable primary,
            List<Target> targets,
            RetryingTable state,
            String worker,
            DeadLetters deadLetters,
            Pool writers,
            Gauges gauges,
            Progress progress,
            Consumer<Discrepancy> findings,
            Consumer<String> log) {
        List<RetryingTable> tables =
                targets.stream().flatMap(t -> t.table().stream()).toList();
        if (!tables.isEmpty()) {
            Pairing.check("replicate", primary, tables);
        }
        this.settings = settings;
        this.primary = settings.view().over(primary);
        this.targets = targets;
        this.writers = writers;
        this.gauges = gauges;
        this.log = log;
        this.progress = progress;
        this.copyState = new CopyState(state, primary.keys());
        this.roster = new Roster(settings.name(), state, targets, settings.silence());
        roster.join(copyState, settings.copyFirst(), log);
        this.toCopy = targets.stream().filter(this::waitsForCopy).toList();
        this.firstCopy = new FirstCopy(
                this.primary,
                toCopy,
                copyState,
                new Claim(state, "copy", worker, settings.silence()),
                settings.retry(),
                progress,
                this::park);
        firstCopy.requireEmpty(settings.overwrite());
        List<Delivery> deliveries = new ArrayList<>();
        for (Target target : targets) {
            deliveries.add(delivery(target, state, worker));
        }
        this.replicator = new Replicator(
                primary,
                deliveries,
                new Replicator.Settings(settings.skipTtlDeletes(), settings.view()),
                deadLetters,
                pool);
        this.verification = settings.verification()
                .map(v -> new Verification(
                        primary,
                        settings.view(),
                        targets,
                        state,
                        new Claim(state, "verify", worker, settings.silence()),
                        v,
                        settings.retry(),
                        findings,
                        log));
    }

    /** A copy that was begun is finished, whatever this command line says. */
    private boolean waitsForCopy(Target target) {
        return !copyState.copied(target.id()) && (settings.copyFirst() || copyState.begun(target.id()));
    }

    /** A destination that is alone and not to be copied to is simply waited for: the stream is its backlog. */
    private Delivery delivery(Target target, RetryingTable state, String worker) {
        Backlog backlog = new Backlog(state, target.id(), primary.keys(), pool);
        boolean alone = targets.size() == 1 && toCopy.isEmpty();
        Delivery delivery = new Delivery(
                target.destination(),
                alone ? Optional.empty() : Optional.of(backlog),
                settings.patience(),
                RetryPolicy.FOR_EVER,
                pool,
                log,
                target.same());
        boolean pending = toCopy.contains(target);
        ready.put(target.id(), !pending);
        if (pending) {
            delivery.leave();
        }
        Claim claim = new Claim(state, "drain/" + target.id(), worker, settings.silence());
        BooleanSupplier isReady = () -> ready.getOrDefault(target.id(), true);
        drains.add(new Drain(delivery, backlog, target.settler(primary, writers), this::park, claim, isReady));
        return delivery;
    }

    public Replicator replicator() {
        return replicator;
    }

    /** How far it is. */
    enum Phase {
        STARTING,
        COPYING,
        RUNNING,
        STOPPING,
        FAILED
    }

    Phase phase() {
        if (failure.get() != null) {
            return Phase.FAILED;
        }
        if (stopping) {
            return Phase.STOPPING;
        }
        if (!reading) {
            return Phase.STARTING;
        }
        return ready.containsValue(false) ? Phase.COPYING : Phase.RUNNING;
    }

    /** Why it ended, where it failed. */
    Optional<String> problem() {
        return Optional.ofNullable(failure.get()).map(t -> String.valueOf(t.getMessage()));
    }

    /** When the loop that watches over all went round last. */
    Instant aliveAt() {
        return aliveAt;
    }

    Optional<Duration> verifiesEvery() {
        return verification.map(Verification::every);
    }

    /** What came of this process's last comparison. */
    public Optional<Verification.Last> lastVerification() {
        return verification.flatMap(Verification::last);
    }

    /** Applies records of one shard; returns when they are durable. */
    public void apply(String shard, List<StreamRecord> records) {
        gauges.arrived(shard);
        long began = System.nanoTime();
        try {
            gauges.applied(replicator.apply(shard, records), Duration.ofNanos(System.nanoTime() - began));
        } finally {
            gauges.left(shard);
        }
    }

    /**
     * Runs until it is stopped or idle.
     *
     * @throws LockstepException where changes would be lost, or a position cannot be kept
     * @throws CancelledException where the calling thread was interrupted
     */
    public void run(Reader shards) {
        reader = shards;
        ExecutorService threads = Executors.newCachedThreadPool(Crew.daemons("replicate"));
        try {
            start(threads, () -> {
                shards.run();
                ended.countDown();
            });
            start(threads, () -> every(roster.beat(), roster::renew));
            start(threads, this::copyFirst);
            drains.forEach(drain -> start(threads, () -> drainForEver(drain)));
            verification.ifPresent(v -> start(threads, () -> every(LOOK.multipliedBy(10), () -> verify(v))));
            await();
        } finally {
            stopping = true;
            shards.stop();
            threads.shutdownNow();
            awaitEnd(threads);
            drains.forEach(Drain::close);
            pool.close();
        }
        rethrow(failure.get());
    }

    private void start(ExecutorService threads, Runnable task) {
        threads.execute(() -> {
            try {
                task.run();
            } catch (CancelledException e) {
                if (!stopping) {
                    fail(e);
                }
            } catch (Throwable t) {
                fail(t);
            }
        });
    }

    private void fail(Throwable t) {
        failure.compareAndSet(null, t);
        ended.countDown();
    }

    /** What no stream record is at hand of is set aside as a record is, or ends the run as a record does. */
    private void park(List<Letter> letters) {
        try {
            replicator.park(letters);
        } catch (CancelledException e) {
            throw e;
        } catch (LockstepException e) {
            fail(e);
            throw e;
        }
    }

    private static void rethrow(@Nullable Throwable t) {
        if (t instanceof RuntimeException e) {
            throw e;
        }
        if (t instanceof Error e) {
            throw e;
        }
    }

    private void await() {
        try {
            while (!ended.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                aliveAt = Instant.now();
                announce();
                if (settings.untilIdle().map(this::idle).orElse(false)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("replicate", primary.name());
        }
    }

    private void announce() {
        Reader shards = reader;
        if (!reading && shards != null && shards.everyShardIsRead()) {
            reading = true;
            log.accept("reading every shard");
        }
    }

    private boolean idle(Duration time) {
        Reader shards = reader;
        boolean busy = shards == null
                || !shards.atTip()
                || !shards.othersHaveAll()
                || ready.containsValue(false)
                || verification.map(Verification::busy).orElse(false)
                || !drains.stream().allMatch(Drain::empty);
        if (busy) {
            gauges.active();
            return false;
        }
        return gauges.idleFor().compareTo(time) >= 0;
    }

    /** Ends it from another thread: what is in hand is finished, positions are kept. */
    public void stop() {
        stopping = true;
        ended.countDown();
    }

    private static void awaitEnd(ExecutorService threads) {
        boolean interrupted = Thread.interrupted();
        try {
            var unused = threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void copyFirst() {
        if (toCopy.isEmpty()) {
            progress.finished();
            return;
        }
        Reader shards = reader;
        log.accept("copying " + primary.name()
                + " first; changes meanwhile are kept in the backlog, however long it takes");
        for (int tries = 0; !copied(shards); tries++) {
            sleep(RetryPolicy.FOR_EVER.pause(tries));
        }
        progress.finished();
        toCopy.forEach(target -> ready.put(target.id(), true));
        log.accept("the first copy is done");
    }

    /** Where a table fails beyond its retries, the copy goes on later where it was. */
    private boolean copied(@Nullable Reader shards) {
        try {
            firstCopy.run(() -> shards != null && shards.everyShardIsRead());
            return true;
        } catch (CancelledException | InvalidSettingsException e) {
            throw e;
        } catch (LockstepException e) {
            if (failure.get() != null) {
                throw e;
            }
            log.accept("the first copy will go on: " + e.getMessage());
            return false;
        }
    }

    private void drainForEver(Drain drain) {
        while (!stopping) {
            drain.pass();
            long next = System.nanoTime() + DRAIN_IDLE.toNanos();
            do {
                sleep(DRAIN_BUSY);
            } while (drain.empty() && !drain.away() && System.nanoTime() < next);
        }
    }

    private void verify(Verification v) {
        Reader shards = reader;
        if (!ready.containsValue(false) && shards != null && shards.atTip()) {
            v.pass();
        }
    }

    private void every(Duration pause, Runnable task) {
        while (!stopping) {
            task.run();
            sleep(pause);
        }
    }

    private void sleep(Duration time) {
        Pause.of(time, "replicate", primary.name());
    }

    /** How many keys wait in the backlogs, by destination, as far as was last seen. */
    public Map<String, Long> backlogs() {
        Map<String, Long> left = new HashMap<>();
        drains.forEach(drain -> left.put(drain.id(), drain.remaining()));
        return left;
    }
}
