package dev.lockstep.streams.kcl;

import dev.lockstep.LockstepException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.leases.LeaseManagementFactory;
import software.amazon.kinesis.lifecycle.ConsumerTaskFactory;
import software.amazon.kinesis.retrieval.RetrievalConfig;

/** A stream of a table's changes: DynamoDB's own, or Kinesis. Thread-safe. The clients stay the caller's. */
public abstract sealed class StreamSource permits DynamoStreamSource, KinesisSource {
    /**
     * A stream that exists and is in use.
     *
     * @param view what its records hold; empty for Kinesis, whose records hold both images
     */
    public record Description(String arn, Optional<StreamViewType> view) {}

    private final Clock clock;

    StreamSource(Clock clock) {
        this.clock = clock;
    }

    final Clock clock() {
        return clock;
    }

    public abstract String arn();

    /**
     * Looks at the stream, and waits a little where it is just being switched on.
     *
     * @throws LockstepException where it does not exist, or is switched off: {@link LockstepException#retryable} is false
     */
    public abstract Description describe();

    /** All shards that the stream still has. */
    abstract Set<String> shardIds();

    /** All shards that the stream still has, and which one each follows; that one may be gone. */
    public Map<String, Optional<String>> lineage() {
        Map<String, Optional<String>> parents = new HashMap<>();
        shardIds().forEach(shard -> parents.put(shard, Optional.empty()));
        return parents;
    }

    /** The failure that says that changes of this shard were lost. */
    final LostChangesException lost(String shardId, String since) {
        return new LostChangesException(arn(), shardId, since);
    }

    abstract ShardCalls calls();

    /** How KCL calls the stream. */
    abstract StreamIdentifier identifier();

    /** What KCL takes for a Kinesis client. */
    abstract KinesisAsyncClient client();

    abstract LeaseManagementFactory leases(LeaseManagementConfig config, RetrievalConfig retrieval, LineageCheck check);

    abstract ConsumerTaskFactory tasks();

    /** The most records that one read gives. */
    abstract int mostRecords();
}
