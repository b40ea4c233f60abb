package dev.lockstep.streams.kcl;

import dev.lockstep.LockstepException;
import dev.lockstep.change.DynamoRecord;
import dev.lockstep.table.Item;
import dev.lockstep.table.ServiceErrors;
import dev.lockstep.table.UnknownTableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardFilterType;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.kinesis.retrieval.RetryableRetrievalException;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** Reads shards of DynamoDB Streams. */
final class DynamoShardCalls implements ShardCalls {
    private static final String LATEST = ExtendedSequenceNumber.LATEST.sequenceNumber();
    private static final String TRIM_HORIZON = ExtendedSequenceNumber.TRIM_HORIZON.sequenceNumber();
    private static final long RECORD_HEAP = 400;
    private static final Pattern SHARD_ID = Pattern.compile("shardId-0*(\\d{1,18})-.*");
    /** Records live for 24 hours; clocks differ. */
    private static final Duration SURELY_KEPT = Duration.ofHours(20);

    private final DynamoDbStreamsClient client;
    private final DynamoStreamSource source;
    private final boolean local;

    DynamoShardCalls(DynamoDbStreamsClient client, DynamoStreamSource source) {
        this.client = client;
        this.source = source;
        this.local = LocalStreamArn.isLocal(source.arn());
    }

    @Override
    public String iterator(String shardId, String position) {
        return iterator(shardId, position, request -> {
            if (position.equals(LATEST)) {
                request.shardIteratorType(ShardIteratorType.LATEST);
            } else if (position.equals(TRIM_HORIZON)) {
                request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
            } else {
                request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                        .sequenceNumber(position);
            }
        });
    }

    @Override
    public String firstIterator(String shardId) {
        Shard shard = source.shards().stream()
                .filter(listed -> listed.shardId().equals(shardId))
                .findFirst()
                .orElseThrow(() -> source.lost(shardId, since(TRIM_HORIZON)));
        return iterator(
                shardId,
                TRIM_HORIZON,
                request -> request.shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
                        .sequenceNumber(shard.sequenceNumberRange().startingSequenceNumber()));
    }

    private String iterator(String shardId, String position, Consumer<GetShardIteratorRequest.Builder> where) {
        GetShardIteratorRequest.Builder request =
                GetShardIteratorRequest.builder().streamArn(source.arn()).shardId(shardId);
        where.accept(request);
        try {
            return client.getShardIterator(request.build()).shardIterator();
        } catch (TrimmedDataAccessException e) {
            throw source.lost(shardId, since(position));
        } catch (ResourceNotFoundException e) {
            throw vanished(shardId, position, e);
        }
    }

    @Override
    public ShardPage read(String shardId, String iterator) {
        GetRecordsRequest request = GetRecordsRequest.builder()
                .shardIterator(iterator)
                .limit(source.mostRecords())
                .build();
        try {
            GetRecordsResponse answer = client.getRecords(request);
            List<ReadRecord> records =
                    answer.records().stream().map(DynamoShardCalls::record).toList();
            String next = answer.nextShardIterator();
            return new ShardPage(
                    records,
                    next,
                    behind(records),
                    next == null ? children(shardId) : List.of(),
                    Optional.ofNullable(answer.responseMetadata())
                            .map(meta -> meta.requestId())
                            .orElse(""),
                    ServiceTime.of(answer));
        } catch (ExpiredIteratorException e) {
            throw new ExpiredIterator(e);
        } catch (TrimmedDataAccessException e) {
            throw new TrimmedIterator(e);
        } catch (ResourceNotFoundException e) {
            throw vanished(shardId, "the last position", e);
        }
    }

    @Override
    public boolean young(String shardId, Instant lastRead) {
        Instant limit = source.clock().instant().minus(SURELY_KEPT);
        return local || lastRead.isAfter(limit) || created(shardId).isAfter(limit);
    }

    /** A shard's id holds the time of its creation. */
    private static Instant created(String shardId) {
        Matcher parts = SHARD_ID.matcher(shardId);
        return parts.matches() ? Instant.ofEpochMilli(Long.parseLong(parts.group(1))) : Instant.MIN;
    }

    /** Not the shard's end: either the stream is gone, or the shard was trimmed, or the service errs. */
    private RuntimeException vanished(String shardId, String position, ResourceNotFoundException e) {
        source.describe();
        if (!source.shardIds().contains(shardId)) {
            return source.lost(shardId, since(position));
        }
        return new RetryableRetrievalException("the shard was not found, but is listed", e);
    }

    private static String since(String position) {
        return position.equals(TRIM_HORIZON) ? "the shard's beginning" : "sequence number " + position;
    }

    /**
     * The shards that follow a shard that was read to its end. One that has none yet is not at its end for us, or what
     * follows would be found by chance.
     */
    private List<ChildShard> children(String shardId) {
        DescribeStreamRequest request = DescribeStreamRequest.builder()
                .streamArn(source.arn())
                .shardFilter(filter -> filter.type(ShardFilterType.CHILD_SHARDS).shardId(shardId))
                .build();
        List<ChildShard> children = new ArrayList<>();
        try {
            for (Shard shard : ServiceErrors.translated(
                            "DescribeStream", source.arn(), () -> client.describeStream(request))
                    .streamDescription()
                    .shards()) {
                if (shardId.equals(shard.parentShardId())) {
                    children.add(child(shard, shardId));
                }
            }
        } catch (UnknownTableException e) {
            source.describe();
        } catch (LockstepException e) {
            throw new RetryableRetrievalException(e.getMessage(), e);
        }
        if (children.isEmpty()) {
            source.describe();
            throw new RetryableRetrievalException(
                    "shard " + shardId + " ended, and what follows it is not listed yet", null);
        }
        return children;
    }

    private static ChildShard child(Shard shard, String parent) {
        return ChildShard.builder()
                .shardId(shard.shardId())
                .parentShards(parent)
                .hashKeyRange(range -> range.startingHashKey("0").endingHashKey("1"))
                .build();
    }

    private static ReadRecord record(Record record) {
        StreamRecord said = record.dynamodb();
        Instant created = said == null
                ? Instant.EPOCH
                : Objects.requireNonNullElse(said.approximateCreationDateTime(), Instant.EPOCH);
        return new ReadRecord(new DynamoRecord(record), created, said == null ? RECORD_HEAP : heap(said));
    }

    private static long heap(StreamRecord said) {
        return RECORD_HEAP
                + heap(said.hasKeys(), said.keys())
                + heap(said.hasNewImage(), said.newImage())
                + heap(said.hasOldImage(), said.oldImage());
    }

    private static long heap(boolean there, Map<String, AttributeValue> attributes) {
        return there ? Item.of(attributes).heap() : 0;
    }

    private static @Nullable Long behind(List<ReadRecord> records) {
        if (records.isEmpty()) {
            return null;
        }
        Instant last = records.get(records.size() - 1).created();
        return Math.max(0, Duration.between(last, Instant.now()).toMillis());
    }
}
