package dev.lockstep.streams.kcl;

import java.util.List;

/**
 * The loggers of KCL and what it brings, for an application that has logging (the command line has none).
 *
 * <p>They hold no item's values: records and failures of their processing do not reach KCL. But they are many, and some of
 * their errors are none: {@link #NOISY} say hundreds of lines a minute at INFO; {@link #FALSE_ALARMS} report at ERROR what is
 * normal with DynamoDB Streams ("Incomplete hash range found"), or what is tried again and told by
 * {@link WorkerStatus#lastError}. What must be known ends {@link StreamWorker#run} with an exception.
 */
public final class KclLogs {
    /** Better at WARN. */
    public static final List<String> NOISY = List.of(
            "software.amazon.kinesis",
            "com.amazonaws.services.dynamodbv2.streamsadapter",
            "com.amazonaws.services.dynamodbv2.AmazonDynamoDBLockClient");

    /** Better off. */
    public static final List<String> FALSE_ALARMS = List.of(
            "software.amazon.kinesis.coordinator.PeriodicShardSyncManager",
            "software.amazon.kinesis.retrieval.polling.PrefetchRecordsPublisher",
            "software.amazon.kinesis.leases.ShardSyncTask");

    private KclLogs() {}
}
