package dev.lockstep.local.streams;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ListStreamsRequest;
import software.amazon.awssdk.services.dynamodb.model.ListStreamsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardFilterType;
import software.amazon.awssdk.services.dynamodb.model.Stream;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;

/**
 * The four calls of the API, with AWS's rules. Words in quotation marks are the API reference's. Not thread-safe: {@link FakeStreams}
 * guards it.
 */
final class StreamAnswers {
    /** "A shard iterator expires 15 minutes after it is returned to the requester." */
    static final Duration ITERATOR_LIFE = Duration.ofMinutes(15);
    /** "The maximum number of shard objects to return. The upper limit is 100." ListStreams has the same. */
    static final int PAGE = 100;
    /** "GetRecords can retrieve a maximum of 1 MB of data or 1000 stream records, whichever comes first." */
    static final int MOST_RECORDS = 1000;

    static final long MOST_BYTES = 1 << 20;
    /** Known from Kinesis and from practice; the reference of DynamoDB Streams gives no number. */
    static final int READS_A_SECOND = 5;

    static final double BYTES_A_SECOND = 2 << 20;
    /** "You can call DescribeStream at a maximum rate of 10 times per second." */
    static final int DESCRIPTIONS_A_SECOND = 10;

    private static final int LEAST_DIGITS = 21;
    private static final int MOST_DIGITS = 40;

    private final StreamedTable table;
    private final boolean limits;
    private final Throttling throttling;
    private final ReadLimit descriptions = new ReadLimit(DESCRIPTIONS_A_SECOND, Double.MAX_VALUE);
    private final Map<String, ReadLimit> reads = new HashMap<>();
    private final Map<String, Integer> emptyPages = new HashMap<>();
    private Duration describeLag = Duration.ZERO;
    private boolean lateEnd;
    private long serials;
    private long expiredSerials;

    StreamAnswers(StreamedTable table, boolean limits, Throttling throttling) {
        this.table = table;
        this.limits = limits;
        this.throttling = throttling;
    }

    void describeLag(Duration lag) {
        describeLag = lag;
    }

    void lateEnd(boolean late) {
        lateEnd = late;
    }

    void emptyPages(String shard, int pages) {
        emptyPages.put(shard, pages);
    }

    void expireIterators() {
        expiredSerials = serials;
    }

    ListStreamsResponse list(ListStreamsRequest asked, Instant now) {
        int limit = limit(asked.limit());
        List<TableStream> streams = table.present(now).stream()
                .filter(s -> asked.tableName() == null || asked.tableName().equals(table.name()))
                .filter(s -> asked.exclusiveStartStreamArn() == null
                        || s.arn().compareTo(asked.exclusiveStartStreamArn()) > 0)
                .toList();
        List<TableStream> page = streams.subList(0, Math.min(limit, streams.size()));
        return ListStreamsResponse.builder()
                .streams(page.stream()
                        .map(s -> Stream.builder()
                                .streamArn(s.arn())
                                .tableName(table.name())
                                .streamLabel(s.label())
                                .build())
                        .toList())
                .lastEvaluatedStreamArn(
                        page.size() < streams.size() ? page.get(page.size() - 1).arn() : null)
                .build();
    }

    DescribeStreamResponse describe(DescribeStreamRequest asked, Instant now) {
        if (limits && !descriptions.admit(now)) {
            throw StreamErrors.throttling();
        }
        int limit = limit(asked.limit());
        TableStream stream = stream(asked.streamArn(), now);
        List<ShardLog<Record>> shards = described(stream, now).stream()
                .filter(s -> children(asked, s))
                .filter(s ->
                        asked.exclusiveStartShardId() == null || s.id().compareTo(asked.exclusiveStartShardId()) > 0)
                .toList();
        List<ShardLog<Record>> page = shards.subList(0, Math.min(limit, shards.size()));
        return DescribeStreamResponse.builder()
                .streamDescription(description(stream, now)
                        .shards(page.stream().map(StreamAnswers::shard).toList())
                        .lastEvaluatedShardId(
                                page.size() < shards.size()
                                        ? page.get(page.size() - 1).id()
                                        : null)
                        .build())
                .build();
    }

    private StreamDescription.Builder description(TableStream stream, Instant now) {
        List<String> keys = table.keys();
        return StreamDescription.builder()
                .streamArn(stream.arn())
                .streamLabel(stream.label())
                .streamStatus(stream.status(now))
                .streamViewType(stream.view())
                .creationRequestDateTime(stream.requested())
                .tableName(table.name())
                .keySchema(keys.stream()
                        .map(k -> KeySchemaElement.builder()
                                .attributeName(k)
                                .keyType(k.equals(keys.get(0)) ? KeyType.HASH : KeyType.RANGE)
                                .build())
                        .toList());
    }

    private List<ShardLog<Record>> described(TableStream stream, Instant now) {
        if (stream.status(now) == StreamStatus.ENABLING) {
            return List.of();
        }
        Instant newest = now.minus(describeLag);
        return stream.log().present(now).stream()
                .filter(s -> s.parent() == null || !s.opened().isAfter(newest))
                .toList();
    }

    private static boolean children(DescribeStreamRequest asked, ShardLog<Record> shard) {
        var filter = asked.shardFilter();
        return filter == null
                || (filter.type() == ShardFilterType.CHILD_SHARDS
                        && filter.shardId() != null
                        && filter.shardId().equals(shard.parent()));
    }

    /** "If both are present, then that shard is closed and can no longer receive more data." */
    private static Shard shard(ShardLog<Record> shard) {
        return Shard.builder()
                .shardId(shard.id())
                .parentShardId(shard.parent())
                .sequenceNumberRange(r -> r.startingSequenceNumber(shard.start().toString())
                        .endingSequenceNumber(shard.open() ? null : shard.last().toString()))
                .build();
    }

    GetShardIteratorResponse iterator(GetShardIteratorRequest asked, Instant now) {
        TableStream stream = stream(asked.streamArn(), now);
        ShardLog<Record> shard = stream.log()
                .present(asked.shardId() == null ? "" : asked.shardId(), now)
                .orElseThrow(() -> StreamErrors.notFound("Shard does not exist"));
        stream.log().age(now);
        if (asked.shardIteratorType() == null) {
            throw StreamErrors.invalid("ShardIteratorType is missing");
        }
        long position = switch (asked.shardIteratorType()) {
            case TRIM_HORIZON -> without(asked, shard.oldest());
            case LATEST -> without(asked, shard.end());
            case AT_SEQUENCE_NUMBER -> shard.at(sequence(asked, shard));
            case AFTER_SEQUENCE_NUMBER -> shard.at(sequence(asked, shard).add(BigInteger.ONE));
            default -> throw StreamErrors.invalid("Invalid ShardIteratorType");
        };
        return GetShardIteratorResponse.builder()
                .shardIterator(token(stream.arn(), shard.id(), position, now))
                .build();
    }

    private static long without(GetShardIteratorRequest asked, long position) {
        if (asked.sequenceNumber() != null) {
            throw StreamErrors.invalid("SequenceNumber should not be passed for this iterator type");
        }
        return position;
    }

    private static BigInteger sequence(GetShardIteratorRequest asked, ShardLog<Record> shard) {
        String text = asked.sequenceNumber();
        if (text == null || !text.matches("\\d{" + LEAST_DIGITS + "," + MOST_DIGITS + "}")) {
            throw StreamErrors.invalid("Invalid SequenceNumber");
        }
        BigInteger sequence = new BigInteger(text);
        if (shard.lost(sequence)) {
            throw StreamErrors.trimmed();
        }
        if (sequence.compareTo(shard.last()) > 0) {
            throw StreamErrors.invalid("SequenceNumber is beyond the shard");
        }
        return sequence;
    }

    private String token(String stream, String shard, long position, Instant now) {
        return new IteratorToken(stream, shard, position, ++serials, now).text();
    }

    GetRecordsResponse records(GetRecordsRequest asked, @Nullable IteratorToken from, Instant now) {
        if (from == null) {
            throw StreamErrors.invalid("Invalid ShardIterator");
        }
        int limit = readLimit(asked.limit());
        TableStream stream = stream(from.stream(), now);
        ShardLog<Record> shard =
                stream.log().ever(from.shard()).orElseThrow(() -> StreamErrors.notFound("Shard does not exist"));
        if (from.serial() <= expiredSerials || !now.isBefore(from.issued().plus(ITERATOR_LIFE))) {
            throw StreamErrors.expiredIterator();
        }
        stream.log().age(now);
        if (shard.lost(from.position())) {
            throw StreamErrors.trimmed();
        }
        admit(stream, shard, now);
        return page(stream, shard, from.position(), limit, now);
    }

    private GetRecordsResponse page(TableStream stream, ShardLog<Record> shard, long position, int limit, Instant now) {
        var page = skips(shard) ? List.<ShardLog.Entry<Record>>of() : shard.read(position, limit, MOST_BYTES);
        limitOf(stream, shard)
                .charge(page.stream().mapToLong(ShardLog.Entry::size).sum());
        long next = position + page.size();
        boolean ended = !shard.open() && next == shard.end() && !(lateEnd && !page.isEmpty());
        return GetRecordsResponse.builder()
                .records(page.stream().map(ShardLog.Entry::record).toList())
                .nextShardIterator(ended ? null : token(stream.arn(), shard.id(), next, now))
                .build();
    }

    /** "It might take multiple calls to get to a portion of the shard that contains stream records." */
    private boolean skips(ShardLog<Record> shard) {
        int left = emptyPages.getOrDefault(shard.id(), 0);
        emptyPages.put(shard.id(), Math.max(0, left - 1));
        return left > 0;
    }

    private void admit(TableStream stream, ShardLog<Record> shard, Instant now) {
        if (limits && !limitOf(stream, shard).admit(now)) {
            throw throttled();
        }
    }

    private DynamoDbException throttled() {
        return switch (throttling) {
            case LIMIT_EXCEEDED -> StreamErrors.limitExceeded();
            case THROTTLING -> StreamErrors.throttling();
        };
    }

    private ReadLimit limitOf(TableStream stream, ShardLog<Record> shard) {
        return reads.computeIfAbsent(stream.arn() + shard.id(), id -> new ReadLimit(READS_A_SECOND, BYTES_A_SECOND));
    }

    private TableStream stream(@Nullable String arn, Instant now) {
        if (arn == null) {
            throw StreamErrors.invalid("Invalid StreamArn");
        }
        return table.stream(arn, now).orElseThrow(() -> StreamErrors.notFound("Stream: " + arn + " not found"));
    }

    private static int limit(@Nullable Integer asked) {
        if (asked == null) {
            return PAGE;
        }
        if (asked < 1 || asked > PAGE) {
            throw StreamErrors.invalid("Limit must be from 1 to " + PAGE);
        }
        return asked;
    }

    /** LimitExceededException: "GetRecords was called with a value of more than 1000 for the limit request parameter." */
    private static int readLimit(@Nullable Integer asked) {
        if (asked == null) {
            return MOST_RECORDS;
        }
        if (asked < 1) {
            throw StreamErrors.invalid("Limit must be at least 1");
        }
        if (asked > MOST_RECORDS) {
            throw StreamErrors.limitExceeded();
        }
        return asked;
    }
}
