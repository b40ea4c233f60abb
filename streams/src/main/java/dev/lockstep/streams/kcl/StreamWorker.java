package dev.lockstep.streams.kcl;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.streams.Replication;
import dev.lockstep.work.Crew;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * Reads the shards of a stream and hands their records to a {@link ShardWork}; processes of the same name share the shards.
 *
 * <p>Each change is processed at least once, each shard's in order, a shard after its parents. What would lose changes ends
 * {@link #run} with a failure. Used once; {@link #stop} and {@link #status} are thread-safe. The clients stay the caller's,
 * and should time out within half a minute.
 */
public final class StreamWorker implements Replication.Reader, AutoCloseable {
    private static final int ANSWERS_AHEAD = 2;
    private static final Duration LOOK = Duration.ofMillis(200);
    /** A failure that was not met again for so long has passed. */
    private static final Duration RECENT = Duration.ofSeconds(30);

    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final Duration GRACE_AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration END = Duration.ofSeconds(10);

    private final StreamSource source;
    private final WorkerSettings settings;
    private final ShardWork work;
    private final DynamoDbAsyncClient dynamo;
    private final CloudWatchAsyncClient cloudWatch;
    private final LeaseTable leases;
    private final String name = UUID.randomUUID().toString();
    private final Prefetch prefetch;
    private final Hub hub = new Hub();
    private final Map<String, ShardProcessor> shards = new ConcurrentHashMap<>();
    private final Map<String, ShardDesk> desks = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch ending = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Object phase = new Object();
    private @Nullable Thread starting;
    private boolean ran;
    private final Renewals renewals = new Renewals();
    private volatile LeaseTable.Rows rows = new LeaseTable.Rows(List.of(), Optional.empty());
    private volatile long rowsNanos = System.nanoTime() - FRESH.toNanos();
    private volatile boolean created;
    private volatile @Nullable Trouble lastError;

    private record Trouble(String what, long nanos) {}

    /** @param cloudWatch KCL demands one; nothing is sent to it */
    public StreamWorker(
            StreamSource source,
            WorkerSettings settings,
            DynamoDbAsyncClient dynamo,
            CloudWatchAsyncClient cloudWatch,
            ShardWork work) {
        this.source = source;
        this.settings = settings;
        this.dynamo = dynamo;
        this.cloudWatch = cloudWatch;
        this.work = work;
        this.leases = new LeaseTable(dynamo, settings.name());
        this.prefetch = new Prefetch(settings.prefetchBytes(), ANSWERS_AHEAD);
    }

    /** This process's name among those that share the work. */
    public String worker() {
        return name;
    }

    /**
     * Reads until it is stopped.
     *
     * @throws LockstepException where going on would lose changes
     * @throws CancelledException where the calling thread was interrupted
     */
    @Override
    public void run() {
        synchronized (phase) {
            if (ran) {
                throw new IllegalStateException("a worker runs once");
            }
            ran = true;
            starting = Thread.currentThread();
        }
        try {
            read();
        } catch (CancelledException e) {
            if (ending.getCount() > 0) {
                throw e;
            }
        } finally {
            started();
            ending.countDown();
            ended.countDown();
        }
        rethrow(failure.get());
    }

    private void read() {
        if (ending.getCount() == 0) {
            return;
        }
        source.describe();
        leases.create();
        created = true;
        LineageCheck lineage = new LineageCheck(source, leases, hub::failed);
        KclEngine engine = new KclEngine(
                source,
                settings,
                name,
                dynamo,
                cloudWatch,
                this::reader,
                () -> new ShardProcessor(hub, source.mostRecords(), settings.checkpoint()),
                lineage);
        Thread watchdog = Crew.daemons("kcl-watchdog")
                .newThread(new Watchdog(source, leases::rows, settings, this::stalled, lineage, hub::failed));
        try {
            syncShards(engine);
            engine.start();
            started();
            watchdog.start();
            while (!ending.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                shards.values().stream()
                        .filter(shard -> !engine.holds(shard.status().shardId()))
                        .forEach(ShardProcessor::cancel);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("read", source.arn());
        } finally {
            watchdog.interrupt();
            end(engine);
        }
    }

    /** A name that begins with the oldest change there is begins in the middle of shards that are about to be trimmed. */
    private void syncShards(KclEngine engine) throws InterruptedException {
        boolean first = leases.rows().leases().isEmpty();
        engine.syncShards();
        if (first && settings.from() == WorkerSettings.Start.TRIM_HORIZON) {
            ShardCalls calls = source.calls();
            leases.rows().leases().stream()
                    .map(LeaseTable.Row::shardId)
                    .filter(shard -> !calls.young(shard, Instant.MIN))
                    .forEach(leases::mayBeginAnywhere);
        }
    }

    private void started() {
        synchronized (phase) {
            starting = null;
            if (ending.getCount() == 0) {
                var unused = Thread.interrupted(); // stop() woke us
            }
        }
    }

    private ShardReader reader(String shardId) {
        ShardDesk desk = new ShardDesk(prefetch.shard(), hub::readFailed);
        desks.put(shardId, desk);
        return new ShardReader(
                source.calls(), source.identifier(), shardId, desk, source.clock(), leases::beginsAnywhere);
    }

    private Map<String, Duration> stalled() {
        Map<String, Duration> times = new HashMap<>();
        shards.forEach((shard, processor) -> times.put(shard, Duration.ofNanos(processor.stalledNanos())));
        return times;
    }

    /** Finishes what is in hand, keeps the positions, gives the leases back. */
    private void end(KclEngine engine) {
        boolean interrupted = Thread.interrupted();
        try {
            Duration grace = failure.get() == null && !interrupted ? settings.grace() : GRACE_AFTER_FAILURE;
            finish(grace);
            engine.shutdown();
            leases.giveBack(name);
            leases.signOff(name);
            engine.awaitEnd(END);
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (LockstepException e) {
            hub.troubled(e); // the leases run out by themselves
        } finally {
            shards.values().forEach(ShardProcessor::cancel);
            engine.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void finish(Duration grace) throws InterruptedException {
        long end = System.nanoTime() + grace.toNanos();
        shards.values().forEach(ShardProcessor::drain);
        for (ShardProcessor shard : shards.values()) {
            shard.finish(end - System.nanoTime());
        }
    }

    private void rethrow(@Nullable Throwable t) {
        if (t instanceof LockstepException e) {
            throw e;
        }
        if (t instanceof Error e) {
            throw e;
        }
        if (t != null) {
            throw new LockstepException(
                    "replicate", source.arn(), "unexpected: " + t.getClass().getName(), "Please report it", false, t);
        }
    }

    /** Finishes what is in hand, keeps the positions, gives the leases back; returns when {@link #run} is about to. */
    @Override
    public void stop() {
        synchronized (phase) {
            ending.countDown();
            if (!ran) {
                return;
            }
            if (starting != null) {
                starting.interrupt();
            }
        }
        try {
            var unused = ended.await(settings.grace().plus(END).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }

    public WorkerStatus status() {
        LeaseTable.Rows now = rows();
        return new WorkerStatus(
                name,
                now.leader().equals(Optional.of(name)),
                shards.values().stream().map(ShardProcessor::status).toList(),
                now.leases().stream()
                        .map(row -> new WorkerStatus.Lease(row.shardId(), row.owner(), row.checkpoint()))
                        .toList(),
                Optional.ofNullable(lastError)
                        .filter(trouble -> System.nanoTime() - trouble.nanos() < RECENT.toNanos())
                        .map(Trouble::what));
    }

    @Override
    public boolean everyShardIsRead() {
        List<LeaseTable.Row> all = rows().leases();
        return !all.isEmpty() && all.stream().noneMatch(LeaseTable.Row::unpinned);
    }

    /** Shards that wait for their parents count as not read, and those that nobody holds, or somebody who fell silent. */
    @Override
    public boolean atTip() {
        List<LeaseTable.Row> open =
                rows().leases().stream().filter(row -> !row.finished()).toList();
        return !open.isEmpty() && open.stream().allMatch(this::atTip);
    }

    private boolean atTip(LeaseTable.Row row) {
        if (!row.owner().equals(Optional.of(name))) {
            return row.owner().isPresent() && renewals.alive(row.shardId(), settings.failover());
        }
        ShardProcessor shard = shards.get(row.shardId());
        return shard != null && shard.status().atTip();
    }

    /** The leases as they were within the last second; what was known before where the table cannot be read. */
    private LeaseTable.Rows rows() {
        if (!created) {
            return rows;
        }
        if (System.nanoTime() - rowsNanos >= FRESH.toNanos()) {
            synchronized (leases) {
                if (System.nanoTime() - rowsNanos >= FRESH.toNanos()) {
                    refreshRows();
                }
            }
        }
        return rows;
    }

    private void refreshRows() {
        try {
            rows = leases.rows();
            renewals.saw(rows.leases());
        } catch (LockstepException e) {
            hub.troubled(e);
        }
        rowsNanos = System.nanoTime();
    }

    /** What the shards ask of the worker. */
    private final class Hub implements ShardProcessor.Worker {
        @Override
        public ShardWork work() {
            return work;
        }

        @Override
        public void take(String shardId, ShardProcessor processor) throws InterruptedException {
            ShardProcessor before = shards.put(shardId, processor);
            if (before != null && before != processor) {
                before.cancel();
                before.awaitLeft();
            }
            if (ending.getCount() == 0) {
                processor.cancel();
            }
        }

        @Override
        public void left(String shardId, ShardProcessor processor) {
            shards.remove(shardId, processor);
            desks.computeIfPresent(shardId, (id, desk) -> processor.worksAt(desk) ? null : desk);
        }

        @Override
        public ShardDesk desk(String shardId) {
            return Objects.requireNonNull(desks.get(shardId), "its reader was made first");
        }

        @Override
        public Optional<Instant> pin(String shardId) {
            return settings.from() == WorkerSettings.Start.LATEST ? leases.pin(shardId) : Optional.empty();
        }

        @Override
        public boolean beginsAnywhere(String shardId) {
            return leases.beginsAnywhere(shardId);
        }

        @Override
        public void failed(Throwable t) {
            failure.compareAndSet(null, t);
            ending.countDown();
        }

        @Override
        public void troubled(RuntimeException passing) {
            lastError = new Trouble(String.valueOf(passing.getMessage()), System.nanoTime());
        }

        void readFailed(RuntimeException e) {
            if (e instanceof LockstepException lockstep && !lockstep.retryable()) {
                failed(e);
            } else {
                troubled(e);
            }
        }
    }
}
