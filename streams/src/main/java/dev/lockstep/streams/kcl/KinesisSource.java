package dev.lockstep.streams.kcl;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.table.ServiceErrors;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.leases.LeaseManagementFactory;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseManagementFactory;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseSerializer;
import software.amazon.kinesis.lifecycle.ConsumerTaskFactory;
import software.amazon.kinesis.lifecycle.KinesisConsumerTaskFactory;
import software.amazon.kinesis.retrieval.RetrievalConfig;

/** Kinesis Data Streams for DynamoDB. Records may come twice and out of order; they are kept as long as the stream says. */
public final class KinesisSource extends StreamSource {
    private static final int MOST_RECORDS = 1_000;

    private final KinesisAsyncClient client;
    private final String arn;
    private final StreamIdentifier identifier;

    /** @param arn {@code arn:aws:kinesis:REGION:ACCOUNT:stream/NAME} */
    public KinesisSource(KinesisAsyncClient client, String arn) {
        this(client, arn, Clock.systemUTC());
    }

    KinesisSource(KinesisAsyncClient client, String arn, Clock clock) {
        super(clock);
        this.client = client;
        this.arn = arn;
        this.identifier = StreamIdentifier.singleStreamInstance(arn.substring(arn.lastIndexOf('/') + 1));
    }

    @Override
    public String arn() {
        return arn;
    }

    @Override
    public Description describe() {
        StreamDescriptionSummary found = call(
                        "DescribeStreamSummary", () -> client.describeStreamSummary(r -> r.streamARN(arn)))
                .streamDescriptionSummary();
        if (found.streamStatus() == StreamStatus.DELETING) {
            throw gone(null);
        }
        return new Description(arn, Optional.empty());
    }

    LockstepException gone(@Nullable Throwable cause) {
        return new LockstepException(
                "read",
                arn,
                "no such stream, or it is being deleted",
                "Look up the table's Kinesis stream; for another one start with another --name, then compare and repair:"
                        + " lockstep diff PRIMARY REPLICA --repair",
                false,
                cause);
    }

    @Override
    Set<String> shardIds() {
        Set<String> ids = new LinkedHashSet<>();
        ListShardsRequest request = ListShardsRequest.builder().streamARN(arn).build();
        while (true) {
            ListShardsRequest next = request;
            ListShardsResponse page = call("ListShards", () -> client.listShards(next));
            page.shards().stream().map(Shard::shardId).forEach(ids::add);
            if (page.nextToken() == null) {
                return ids;
            }
            request = ListShardsRequest.builder().nextToken(page.nextToken()).build();
        }
    }

    private <T> T call(String operation, Supplier<CompletableFuture<T>> call) {
        return ServiceErrors.translated(operation, arn, () -> {
            try {
                return answer(call.get());
            } catch (ResourceNotFoundException e) {
                throw gone(e);
            }
        });
    }

    /** Waits in the calling thread; the SDK's exceptions come out as they are. */
    <T> T answer(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw new CancelledException("read", arn);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SdkException sdk) {
                throw sdk;
            }
            throw new CompletionException(e.getCause());
        }
    }

    @Override
    ShardCalls calls() {
        return new KinesisShardCalls(client, this);
    }

    @Override
    StreamIdentifier identifier() {
        return identifier;
    }

    @Override
    KinesisAsyncClient client() {
        return client;
    }

    @Override
    LeaseManagementFactory leases(LeaseManagementConfig config, RetrievalConfig retrieval, LineageCheck check) {
        return new DynamoDBLeaseManagementFactory(config, new DynamoDBLeaseSerializer(), false);
    }

    @Override
    ConsumerTaskFactory tasks() {
        return new KinesisConsumerTaskFactory();
    }

    @Override
    int mostRecords() {
        return MOST_RECORDS;
    }
}
