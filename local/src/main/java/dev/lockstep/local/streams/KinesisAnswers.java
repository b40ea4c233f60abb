package dev.lockstep.local.streams;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardFilter;
import software.amazon.awssdk.services.kinesis.model.StreamMode;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** The calls of Kinesis that a polling KCL makes, with AWS's rules. Not thread-safe: {@link FakeKinesis} guards it. */
final class KinesisAnswers {
    /** "A shard iterator expires 5 minutes after it is returned to the requester." */
    static final Duration ITERATOR_LIFE = Duration.ofMinutes(5);
    /** ListShards: "tokens expire after 300 seconds". */
    static final Duration TOKEN_LIFE = Duration.ofSeconds(300);
    /** ListShards: "the maximum number of shards to return in a single call"; "if you don't specify it, 1000". */
    static final int SHARDS = 1000;

    static final int MOST_SHARDS = 10_000;
    /** GetRecords: "up to 10 MiB of data and up to 10,000 records". */
    static final int MOST_RECORDS = 10_000;

    static final long MOST_BYTES = 10 << 20;
    /** "Each shard can support up to 5 transactions per second for reads, up to a total of 2 MiB per second." */
    static final int READS_A_SECOND = 5;

    static final double BYTES_A_SECOND = 2 << 20;

    private static final int HASH_BITS = 96;
    private static final String SEQUENCE = "0|[1-9]\\d{0,128}";

    private final String stream;
    private final String arn;
    private final Instant created;
    private final Duration retention;
    private final StreamLog<Record> log;
    private final boolean limits;
    private final Map<String, ReadLimit> reads = new HashMap<>();
    private long serials;
    private long expiredSerials;

    KinesisAnswers(
            String stream, String arn, Instant created, Duration retention, StreamLog<Record> log, boolean limits) {
        this.stream = stream;
        this.arn = arn;
        this.created = created;
        this.retention = retention;
        this.log = log;
        this.limits = limits;
    }

    void expireIterators() {
        expiredSerials = serials;
    }

    DescribeStreamSummaryResponse summary(DescribeStreamSummaryRequest asked) {
        check(asked.streamName(), asked.streamARN());
        return DescribeStreamSummaryResponse.builder()
                .streamDescriptionSummary(s -> s.streamName(stream)
                        .streamARN(arn)
                        .streamStatus(StreamStatus.ACTIVE)
                        .streamModeDetails(m -> m.streamMode(StreamMode.PROVISIONED))
                        .retentionPeriodHours(Math.toIntExact(retention.toHours()))
                        .streamCreationTimestamp(created)
                        .enhancedMonitoring(List.of())
                        .encryptionType(EncryptionType.NONE)
                        .openShardCount(log.open().size())
                        .consumerCount(0))
                .build();
    }

    ListShardsResponse shards(ListShardsRequest asked, Instant now) {
        Cursor cursor = asked.nextToken() == null ? first(asked) : Cursor.read(asked, now);
        int limit = asked.maxResults() == null ? SHARDS : asked.maxResults();
        if (limit < 1 || limit > MOST_SHARDS) {
            throw KinesisErrors.invalid("MaxResults must be from 1 to " + MOST_SHARDS);
        }
        List<ShardLog<Record>> shards = log.present(now).stream()
                .filter(s -> s.id().compareTo(cursor.after()) > 0)
                .filter(s -> passes(s, cursor, now))
                .toList();
        List<ShardLog<Record>> page = shards.subList(0, Math.min(limit, shards.size()));
        return ListShardsResponse.builder()
                .shards(page.stream().map(KinesisAnswers::shard).toList())
                .nextToken(
                        page.size() < shards.size()
                                ? cursor.to(page.get(page.size() - 1).id(), now)
                                : null)
                .build();
    }

    private Cursor first(ListShardsRequest asked) {
        check(asked.streamName(), asked.streamARN());
        ShardFilter filter = asked.shardFilter();
        String after = asked.exclusiveStartShardId() == null ? "" : asked.exclusiveStartShardId();
        if (filter == null) {
            return new Cursor(after, "", 0);
        }
        Instant time = filter.timestamp();
        return new Cursor(
                filter.shardId() == null ? after : filter.shardId(),
                filter.typeAsString(),
                time == null ? 0 : time.toEpochMilli());
    }

    /** Where a list goes on, and what it is of: after the first page only the token is sent. */
    private record Cursor(String after, String filter, long millis) {
        String to(String shard, Instant now) {
            String fields = shard + " " + filter + " " + millis + " " + now.toEpochMilli();
            return Base64.getEncoder().encodeToString(fields.getBytes(StandardCharsets.UTF_8));
        }

        static Cursor read(ListShardsRequest asked, Instant now) {
            if (asked.streamName() != null || asked.exclusiveStartShardId() != null || asked.shardFilter() != null) {
                throw KinesisErrors.invalid("NextToken and another parameter cannot be specified together");
            }
            try {
                byte[] decoded = Base64.getDecoder().decode(asked.nextToken());
                String[] fields = new String(decoded, StandardCharsets.UTF_8).split(" ", -1);
                if (!now.isBefore(
                        Instant.ofEpochMilli(Long.parseLong(fields[3])).plus(TOKEN_LIFE))) {
                    throw KinesisErrors.expiredToken();
                }
                return new Cursor(fields[0], fields[1], Long.parseLong(fields[2]));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw KinesisErrors.invalid("Invalid NextToken");
            }
        }
    }

    private boolean passes(ShardLog<Record> shard, Cursor cursor, Instant now) {
        Instant time = Instant.ofEpochMilli(cursor.millis());
        return switch (cursor.filter()) {
            case "", "AFTER_SHARD_ID", "FROM_TRIM_HORIZON" -> true;
            case "AT_LATEST" -> shard.open();
            case "AT_TRIM_HORIZON" -> openAt(shard, horizon(now));
            case "AT_TIMESTAMP" -> openAt(shard, time.isBefore(horizon(now)) ? horizon(now) : time);
            case "FROM_TIMESTAMP" -> endsFrom(shard, time);
            default -> throw KinesisErrors.invalid("Invalid ShardFilter");
        };
    }

    private Instant horizon(Instant now) {
        Instant horizon = now.minus(retention);
        return horizon.isBefore(created) ? created : horizon;
    }

    private static boolean openAt(ShardLog<Record> shard, Instant time) {
        return !shard.opened().isAfter(time) && endsFrom(shard, time);
    }

    private static boolean endsFrom(ShardLog<Record> shard, Instant time) {
        Instant closed = shard.closed();
        return closed == null || closed.isAfter(time);
    }

    private static Shard shard(ShardLog<Record> shard) {
        return Shard.builder()
                .shardId(shard.id())
                .parentShardId(shard.parent())
                .hashKeyRange(range(shard.range()))
                .sequenceNumberRange(r -> r.startingSequenceNumber(shard.start().toString())
                        .endingSequenceNumber(shard.open() ? null : shard.last().toString()))
                .build();
    }

    /** Kinesis's hashes have 128 bits; ours are the first 32 of the same MD5. */
    private static HashKeyRange range(HashRange range) {
        BigInteger from = BigInteger.valueOf(range.from()).shiftLeft(HASH_BITS);
        BigInteger to = BigInteger.valueOf(range.to() + 1).shiftLeft(HASH_BITS).subtract(BigInteger.ONE);
        return HashKeyRange.builder()
                .startingHashKey(from.toString())
                .endingHashKey(to.toString())
                .build();
    }

    GetShardIteratorResponse iterator(GetShardIteratorRequest asked, Instant now) {
        check(asked.streamName(), asked.streamARN());
        ShardLog<Record> shard = log.present(asked.shardId() == null ? "" : asked.shardId(), now)
                .orElseThrow(() -> KinesisErrors.notFound("Shard " + asked.shardId()));
        log.age(now);
        if (asked.shardIteratorType() == null) {
            throw KinesisErrors.invalid("ShardIteratorType is missing");
        }
        long position = switch (asked.shardIteratorType()) {
            case TRIM_HORIZON -> shard.oldest();
            case LATEST -> shard.end();
            case AT_SEQUENCE_NUMBER -> shard.at(sequence(asked, shard));
            case AFTER_SEQUENCE_NUMBER -> shard.at(sequence(asked, shard).add(BigInteger.ONE));
            case AT_TIMESTAMP -> shard.at(time(asked, now));
            default -> throw KinesisErrors.invalid("Invalid ShardIteratorType");
        };
        return GetShardIteratorResponse.builder()
                .shardIterator(token(shard.id(), position, now))
                .build();
    }

    /** Trimmed numbers are no error: Kinesis goes on at the oldest record that is left. */
    private static BigInteger sequence(GetShardIteratorRequest asked, ShardLog<Record> shard) {
        String text = asked.startingSequenceNumber();
        if (text == null || !text.matches(SEQUENCE)) {
            throw KinesisErrors.invalid("Invalid StartingSequenceNumber");
        }
        BigInteger sequence = new BigInteger(text);
        if (sequence.compareTo(shard.start()) < 0 || sequence.compareTo(shard.last()) > 0) {
            throw KinesisErrors.invalid("StartingSequenceNumber is not of this shard");
        }
        return sequence;
    }

    private static Instant time(GetShardIteratorRequest asked, Instant now) {
        Instant time = asked.timestamp();
        if (time == null || time.isAfter(now)) {
            throw KinesisErrors.invalid("Timestamp is missing or in the future");
        }
        return time;
    }

    private String token(String shard, long position, Instant now) {
        return new IteratorToken(arn, shard, position, ++serials, now).text();
    }

    GetRecordsResponse records(GetRecordsRequest asked, @Nullable IteratorToken from, Instant now) {
        if (from == null || !from.stream().equals(arn)) {
            throw KinesisErrors.invalid("Invalid ShardIterator");
        }
        if (asked.streamARN() != null) {
            check(null, asked.streamARN());
        }
        int limit = asked.limit() == null ? MOST_RECORDS : asked.limit();
        if (limit < 1 || limit > MOST_RECORDS) {
            throw KinesisErrors.invalid("Limit must be from 1 to " + MOST_RECORDS);
        }
        ShardLog<Record> shard =
                log.ever(from.shard()).orElseThrow(() -> KinesisErrors.notFound("Shard " + from.shard()));
        if (from.serial() <= expiredSerials || !now.isBefore(from.issued().plus(ITERATOR_LIFE))) {
            throw KinesisErrors.expiredIterator();
        }
        log.age(now);
        ReadLimit reading = reads.computeIfAbsent(shard.id(), id -> new ReadLimit(READS_A_SECOND, BYTES_A_SECOND));
        if (limits && !reading.admit(now)) {
            throw KinesisErrors.throughputExceeded();
        }
        long position = Math.max(from.position(), shard.oldest());
        var page = shard.read(position, limit, MOST_BYTES);
        reading.charge(page.stream().mapToLong(ShardLog.Entry::size).sum());
        return page(shard, page, position + page.size(), now);
    }

    /** At a closed shard's end there is no iterator but the children; anywhere else the other way round: KCL insists on it. */
    private GetRecordsResponse page(ShardLog<Record> shard, List<ShardLog.Entry<Record>> page, long next, Instant now) {
        boolean ended = !shard.open() && next == shard.end();
        return GetRecordsResponse.builder()
                .records(page.stream().map(ShardLog.Entry::record).toList())
                .nextShardIterator(ended ? null : token(shard.id(), next, now))
                .childShards(ended ? children(shard.id(), now) : null)
                .millisBehindLatest(behind(shard, next, now))
                .build();
    }

    private List<ChildShard> children(String parent, Instant now) {
        return log.present(now).stream()
                .filter(s -> parent.equals(s.parent()))
                .map(s -> ChildShard.builder()
                        .shardId(s.id())
                        .parentShards(parent)
                        .hashKeyRange(range(s.range()))
                        .build())
                .toList();
    }

    /** "Zero indicates that record processing is caught up"; else the age of the next record to read. */
    private static long behind(ShardLog<Record> shard, long next, Instant now) {
        return shard.read(next, 1, 1).stream()
                .findFirst()
                .map(e -> Math.max(1, Duration.between(e.at(), now).toMillis()))
                .orElse(0L);
    }

    private void check(@Nullable String name, @Nullable String streamArn) {
        if (name == null && streamArn == null) {
            throw KinesisErrors.invalid("Either StreamARN or StreamName is needed");
        }
        if ((name != null && !name.equals(stream)) || (streamArn != null && !streamArn.equals(arn))) {
            throw KinesisErrors.notFound("Stream " + (name == null ? streamArn : name));
        }
    }
}
