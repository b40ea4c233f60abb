package dev.lockstep.streams.kcl;

import dev.lockstep.LockstepException;
import dev.lockstep.work.Crew;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.checkpoint.CheckpointConfig;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.coordinator.CoordinatorConfig;
import software.amazon.kinesis.coordinator.DeletedStreamListProvider;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.coordinator.SchedulerCoordinatorFactory;
import software.amazon.kinesis.leases.LeaseAssignmentStrategy;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.leases.LeaseManagementConfig.WorkerUtilizationAwareAssignmentConfig;
import software.amazon.kinesis.leases.LeaseManagementFactory;
import software.amazon.kinesis.lifecycle.LifecycleConfig;
import software.amazon.kinesis.lifecycle.TaskResult;
import software.amazon.kinesis.metrics.MetricsConfig;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.ProcessorConfig;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.ShardRecordProcessorFactory;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.RetrievalConfig;
import software.amazon.kinesis.retrieval.polling.DataFetcher;
import software.amazon.kinesis.retrieval.polling.SimpleRecordsFetcherFactory;
import software.amazon.kinesis.retrieval.polling.SynchronousBlockingRetrievalFactory;

/** KCL, set up for one stream: every setting that differs from KCL's own, and the threads that it gets from us. */
final class KclEngine {
    private static final Duration DISPATCH = Duration.ofMillis(100);
    private static final Duration PARENT_POLL = Duration.ofSeconds(1);
    /** New shards are found at their parent's end; this finds those that were missed. */
    private static final Duration SHARD_SYNC = Duration.ofSeconds(30);

    private static final Duration METRICS_CAPTURE = Duration.ofMillis(50);
    private static final int PARTS_OF_LEASE = 3;
    private static final Duration REQUEST = Duration.ofSeconds(30);
    private static final int QUEUED_ANSWERS = 2;
    private static final int INITIALIZATIONS = 3;
    private static final Duration SHUTDOWN = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final ExecutorService threads = Executors.newCachedThreadPool(Crew.daemons("kcl"));
    private final StreamConfig stream;
    private final LeaseManagementFactory leases;
    private final Scheduler scheduler;
    private final Thread thread;

    KclEngine(
            StreamSource source,
            WorkerSettings settings,
            String worker,
            DynamoDbAsyncClient dynamo,
            CloudWatchAsyncClient cloudWatch,
            Function<String, DataFetcher> readers,
            Supplier<ShardRecordProcessor> processors,
            LineageCheck check) {
        KinesisAsyncClient client = source.client();
        stream = new StreamConfig(source.identifier(), from(settings));
        SingleStreamTracker tracker = new SingleStreamTracker(source.identifier(), stream);
        RetrievalConfig retrieval = new RetrievalConfig(client, tracker, settings.name())
                .retrievalFactory(reading(source, settings, client, readers));
        LeaseManagementConfig leasing = leasing(settings, worker, dynamo, client);
        leases = source.leases(leasing, retrieval, check);
        leasing.leaseManagementFactory(leases).consumerTaskFactory(source.tasks());
        scheduler = new Scheduler(
                new CheckpointConfig(),
                coordination(settings),
                leasing,
                new LifecycleConfig().taskBackoffTimeMillis(DISPATCH.toMillis()),
                new MetricsConfig(cloudWatch, settings.name()).metricsFactory(new NullMetricsFactory()),
                new ProcessorConfig(factory(processors)).callProcessRecordsEvenForEmptyRecordList(true),
                retrieval);
        thread = Crew.daemons("kcl-scheduler").newThread(scheduler);
    }

    private static InitialPositionInStreamExtended from(WorkerSettings settings) {
        return InitialPositionInStreamExtended.newInitialPosition(
                settings.from() == WorkerSettings.Start.LATEST
                        ? InitialPositionInStream.LATEST
                        : InitialPositionInStream.TRIM_HORIZON);
    }

    private static ShardRecordProcessorFactory factory(Supplier<ShardRecordProcessor> processors) {
        return processors::get;
    }

    private static SynchronousBlockingRetrievalFactory reading(
            StreamSource source,
            WorkerSettings settings,
            KinesisAsyncClient client,
            Function<String, DataFetcher> readers) {
        SimpleRecordsFetcherFactory fetching = new SimpleRecordsFetcherFactory();
        fetching.idleMillisBetweenCalls(settings.poll().toMillis());
        fetching.maxPendingProcessRecordsInput(QUEUED_ANSWERS);
        fetching.maxByteSize(Integer.MAX_VALUE); // Prefetch bounds it
        return new SynchronousBlockingRetrievalFactory(
                source.identifier().streamName(),
                client,
                fetching,
                source.mostRecords(),
                REQUEST,
                shard -> readers.apply(shard.getShardId()),
                new PollPace(settings.poll(), settings.catchUp(), source.mostRecords()));
    }

    private LeaseManagementConfig leasing(
            WorkerSettings settings, String worker, DynamoDbAsyncClient dynamo, KinesisAsyncClient client) {
        LeaseManagementConfig config =
                new LeaseManagementConfig(settings.name(), settings.name(), dynamo, client, worker);
        long failover = settings.failover().toMillis();
        long leader = settings.leader().toMillis();
        config.failoverTimeMillis(failover)
                .leaseAssignmentIntervalMillis(settings.assignment().toMillis())
                .dynamoDbLockBasedLeaderLeaseDurationInMillis(leader)
                .dynamoDbLockBasedLeaderHeartbeatPeriodInMillis(leader / PARTS_OF_LEASE)
                .leaseAssignmentStrategy(LeaseAssignmentStrategy.LEASE_COUNT_BASED)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .consistentReads(true) // a parent's lease that is not seen does not hold back its children
                .shardSyncIntervalMillis(0)
                .leasesRecoveryAuditorExecutionFrequencyMillis(SHARD_SYNC.toMillis())
                .leasesRecoveryAuditorInconsistencyConfidenceThreshold(0)
                .executorService(threads);
        WorkerUtilizationAwareAssignmentConfig assignment = config.workerUtilizationAwareAssignmentConfig();
        // A worker counts as alive for twice this: less than a lease lasts, or leases are given to the dead.
        assignment
                .workerMetricsReporterFreqInMillis(failover / PARTS_OF_LEASE)
                .inMemoryWorkerMetricsCaptureFrequencyMillis(METRICS_CAPTURE.toMillis())
                .disableWorkerMetrics(true);
        return config;
    }

    private CoordinatorConfig coordination(WorkerSettings settings) {
        return new CoordinatorConfig(settings.name())
                .parentShardPollIntervalMillis(PARENT_POLL.toMillis())
                .shardConsumerDispatchPollIntervalMillis(DISPATCH.toMillis())
                .skipShardSyncAtWorkerInitializationIfLeasesExist(true)
                .maxInitializationAttempts(INITIALIZATIONS)
                .coordinatorFactory(new SchedulerCoordinatorFactory() {
                    @Override
                    public ExecutorService createExecutorService() {
                        return threads;
                    }
                });
    }

    /** Makes leases for the shards there are. */
    void syncShards() throws InterruptedException {
        TaskResult result = leases.createShardSyncTaskManager(
                        new NullMetricsFactory(),
                        stream,
                        new DeletedStreamListProvider(),
                        scheduler.streamInfoManager())
                .callShardSyncTask();
        Exception problem = result.getException();
        if (problem != null) {
            throw failed(problem);
        }
    }

    private LockstepException failed(Exception problem) throws InterruptedException {
        for (Throwable t = problem; t != null; t = t.getCause()) {
            if (t instanceof LockstepException ours) {
                throw ours;
            }
            if (t instanceof InterruptedException interrupted) {
                throw interrupted;
            }
        }
        return new LockstepException(
                "list shards",
                stream.streamIdentifier().streamName(),
                String.valueOf(problem.getMessage()),
                "",
                true,
                problem);
    }

    void start() {
        thread.start();
    }

    /** KCL stops giving away, renewing and taking leases. */
    void shutdown() throws InterruptedException {
        Thread shutdown = Crew.daemons("kcl-shutdown").newThread(scheduler::shutdown);
        shutdown.start();
        long end = System.nanoTime() + SHUTDOWN.toNanos();
        while (shutdown.isAlive() && System.nanoTime() < end) {
            if (scheduler.leaderDecider() == null) {
                thread.interrupt(); // it is still setting itself up, and tries again after a pause
            }
            shutdown.join(LOOK.toMillis());
        }
    }

    void awaitEnd(Duration time) throws InterruptedException {
        thread.join(time.toMillis());
    }

    /** Whether KCL still holds that shard for us. */
    boolean holds(String shardId) {
        return scheduler.leaseCoordinator().getCurrentlyHeldLease(shardId) != null;
    }

    void close() {
        thread.interrupt();
        threads.shutdownNow();
        KclThreads.release(scheduler);
    }
}
