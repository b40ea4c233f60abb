package dev.lockstep.streams.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsConsumerTaskFactory;
import dev.lockstep.LockstepException;
import dev.lockstep.Pause;
import dev.lockstep.table.ServiceErrors;
import dev.lockstep.table.UnknownTableException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.leases.LeaseManagementFactory;
import software.amazon.kinesis.lifecycle.ConsumerTaskFactory;
import software.amazon.kinesis.retrieval.RetrievalConfig;

/** DynamoDB Streams. Records are kept for 24 hours. */
public final class DynamoStreamSource extends StreamSource {
    /** The most records that an answer of DynamoDB Streams can hold. */
    public static final int MOST_RECORDS = 1_000;

    private static final Duration ENABLING = Duration.ofMinutes(1);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final DynamoDbStreamsClient client;
    private final String arn;
    private final StreamIdentifier identifier;
    private final int mostRecords;

    /** @param client with timeouts of its own, above a read's usual half second; it is not closed here */
    public DynamoStreamSource(DynamoDbStreamsClient client, String arn) {
        this(client, arn, MOST_RECORDS);
    }

    /** @param mostRecords to ask for at once, at most {@link #MOST_RECORDS} */
    public DynamoStreamSource(DynamoDbStreamsClient client, String arn, int mostRecords) {
        this(client, arn, mostRecords, Clock.systemUTC());
    }

    DynamoStreamSource(DynamoDbStreamsClient client, String arn, Clock clock) {
        this(client, arn, MOST_RECORDS, clock);
    }

    private DynamoStreamSource(DynamoDbStreamsClient client, String arn, int mostRecords, Clock clock) {
        super(clock);
        this.mostRecords = mostRecords;
        this.client = client;
        this.arn = arn;
        this.identifier = StreamIdentifier.singleStreamInstance(LocalStreamArn.adapterName(arn));
    }

    @Override
    public String arn() {
        return arn;
    }

    @Override
    public Description describe() {
        long end = System.nanoTime() + ENABLING.toNanos();
        StreamDescription found = page(null, 1);
        while (found.streamStatus() == StreamStatus.ENABLING && System.nanoTime() < end) {
            pause();
            found = page(null, 1);
        }
        if (found.streamStatus() != StreamStatus.ENABLED) {
            throw new LockstepException(
                    "read",
                    arn,
                    "the stream is " + found.streamStatusAsString() + ": changes made from now on are not in it",
                    "Switch the table's stream on (it gets a new name), start with another --name, then compare and repair:"
                            + " lockstep diff PRIMARY REPLICA --repair");
        }
        return new Description(arn, Optional.of(found.streamViewType()));
    }

    private void pause() {
        Pause.of(LOOK, "read", arn);
    }

    @Override
    Set<String> shardIds() {
        return shards().stream().map(Shard::shardId).collect(Collectors.toSet());
    }

    @Override
    public Map<String, Optional<String>> lineage() {
        return shards().stream()
                .collect(Collectors.toMap(Shard::shardId, shard -> Optional.ofNullable(shard.parentShardId())));
    }

    List<Shard> shards() {
        List<Shard> shards = new ArrayList<>();
        String after = null;
        do {
            StreamDescription page = page(after, null);
            shards.addAll(page.shards());
            after = page.lastEvaluatedShardId();
        } while (after != null);
        return shards;
    }

    StreamDescription page(@Nullable String after, @Nullable Integer limit) {
        DescribeStreamRequest request = DescribeStreamRequest.builder()
                .streamArn(arn)
                .exclusiveStartShardId(after)
                .limit(limit)
                .build();
        try {
            return ServiceErrors.translated(
                    "DescribeStream", arn, () -> client.describeStream(request).streamDescription());
        } catch (UnknownTableException e) {
            throw new LockstepException(
                    "DescribeStream",
                    arn,
                    "no such stream: its table was deleted, or its stream was switched off more than a day ago",
                    "Look up the table's stream; for another one start with another --name, then compare and repair:"
                            + " lockstep diff PRIMARY REPLICA --repair",
                    false,
                    e);
        }
    }

    @Override
    ShardCalls calls() {
        return new DynamoShardCalls(client, this);
    }

    @Override
    StreamIdentifier identifier() {
        return identifier;
    }

    @Override
    KinesisAsyncClient client() {
        return new DescribingClient(this);
    }

    @Override
    LeaseManagementFactory leases(LeaseManagementConfig config, RetrievalConfig retrieval, LineageCheck check) {
        return new DynamoLeases(client(), config, retrieval, check);
    }

    @Override
    ConsumerTaskFactory tasks() {
        return new DynamoDBStreamsConsumerTaskFactory();
    }

    @Override
    int mostRecords() {
        return mostRecords;
    }
}
