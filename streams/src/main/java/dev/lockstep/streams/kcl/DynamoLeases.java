package dev.lockstep.streams.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsLeaseManagementFactory;
import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsShardSyncer;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.coordinator.DeletedStreamListProvider;
import software.amazon.kinesis.coordinator.StreamInfoManager;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.ShardDetector;
import software.amazon.kinesis.leases.ShardSyncTaskManager;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;
import software.amazon.kinesis.metrics.MetricsFactory;
import software.amazon.kinesis.metrics.MetricsScope;
import software.amazon.kinesis.retrieval.RetrievalConfig;

/** The adapter's leases, with KCL's newer way to ask for a shard sync, and with a look at the lineage before each one. */
final class DynamoLeases extends DynamoDBStreamsLeaseManagementFactory {
    private final LineageCheck check;

    DynamoLeases(
            KinesisAsyncClient client, LeaseManagementConfig config, RetrievalConfig retrieval, LineageCheck check) {
        super(client, config, retrieval);
        this.check = check;
    }

    @Override
    public ShardSyncTaskManager createShardSyncTaskManager(
            MetricsFactory metrics, StreamConfig stream, DeletedStreamListProvider deleted, StreamInfoManager unused) {
        return createShardSyncTaskManager(metrics, stream, deleted);
    }

    @Override
    public ShardSyncTaskManager createShardSyncTaskManager(
            MetricsFactory metrics, StreamConfig stream, DeletedStreamListProvider deleted) {
        return new ShardSyncTaskManager(
                createShardDetector(stream),
                createLeaseRefresher(),
                stream.initialPositionInStreamExtended(),
                isCleanupLeasesUponShardCompletion(),
                isIgnoreUnexpectedChildShards(),
                getShardSyncIntervalMillis(),
                getExecutorService(),
                new CheckedSyncer(stream.streamIdentifier().toString(), deleted),
                metrics);
    }

    private final class CheckedSyncer extends DynamoDBStreamsShardSyncer {
        CheckedSyncer(String stream, DeletedStreamListProvider deleted) {
            super(false, stream, isCleanupLeasesUponShardCompletion(), deleted);
        }

        @Override
        public synchronized boolean checkAndCreateLeaseForNewShards(
                ShardDetector detector,
                LeaseRefresher leases,
                InitialPositionInStreamExtended from,
                MetricsScope scope,
                boolean ignoreUnexpectedChildShards,
                boolean isLeaseTableEmpty)
                throws DependencyException, InvalidStateException, ProvisionedThroughputException {
            check.check();
            return super.checkAndCreateLeaseForNewShards(
                    detector, leases, from, scope, ignoreUnexpectedChildShards, isLeaseTableEmpty);
        }
    }
}
