package dev.lockstep.local.streams;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * One table and its Kinesis data stream in memory, as far as a polling KCL reads one: the changes arrive as the JSON documents of Kinesis
 * Data Streams for DynamoDB, which, as AWS documents, may repeat and come out of order; both on request only.
 *
 * <p>Rules of the Kinesis API reference: shards that {@link #split} are closed and name no next iterator at their end, but their children;
 * iterators expire after 5 minutes; a page has at most 10,000 records and 10 MB; 5 GetRecords and 2 MB a second and shard; retention 24
 * hours, and reading from a trimmed place is no error but goes on at the oldest record left. Shards are not merged.
 *
 * <p>No Kinesis was at hand to hold this to. Once, by hand, the same 45 calls were made here and to kinesalite 3.3.3. Alike: names, hash
 * keys and lineage of shards; where iterators of all five types begin, a shard's start included; that the end of a closed shard has no
 * next iterator; ExclusiveStartShardId; the open shards after a split; the errors for an unknown stream or shard, a garbled iterator, a
 * missing number or another shard's, a time to come. Different: kinesalite gives a closed shard's last records with a next iterator and
 * only an empty page after them without; it says ValidationException for a number that is malformed or out of bounds where AWS documents
 * InvalidArgumentException; its MillisBehindLatest was zero with more to read; it ignores MaxResults, NextToken and ShardFilter of
 * ListShards and has no ChildShards. Those, and expiry, trimming and limits, which were not tried there, rest on the API reference and
 * on what KCL 3.5.1's source accepts.
 *
 * <p>Time is the given clock's, for limits, too. Thread-safe. It is itself a client, of the reader {@code ""}; answers come on the caller's
 * thread.
 */
public final class FakeKinesis implements KinesisAsyncClient {
    public static final String DESCRIBE_STREAM_SUMMARY = "DescribeStreamSummary";
    public static final String LIST_SHARDS = "ListShards";
    public static final String GET_SHARD_ITERATOR = "GetShardIterator";
    public static final String GET_RECORDS = "GetRecords";

    private static final Set<String> APIS =
            Set.of(DESCRIBE_STREAM_SUMMARY, LIST_SHARDS, GET_SHARD_ITERATOR, GET_RECORDS);
    private static final Duration RETENTION = Duration.ofHours(24);
    /** Kinesis's numbers are of this length. */
    private static final int SEQUENCE_DIGITS = 56;

    private final String table;
    private final String arn;
    private final Region region;
    private final boolean micros;
    private final ItemStore items;
    private final StreamLog<Record> log;
    private final KinesisAnswers answers;
    private final CallGate gate;
    private final KinesisReader self = new KinesisReader(this, "");
    private final List<Arrival> held = new ArrayList<>();
    private boolean holding;
    private int repeats;

    /** One document on its way to the stream, with the key that decides its shard. */
    public record Arrival(String partitionKey, SdkBytes document) {}

    private FakeKinesis(Builder settings) {
        Instant now = settings.clock.instant().truncatedTo(ChronoUnit.MILLIS);
        this.table = settings.table;
        this.arn = "arn:aws:kinesis:" + settings.region + ":123456789012:stream/" + settings.stream;
        this.region = Region.of(settings.region);
        this.micros = settings.micros;
        this.items = new ItemStore(settings.keys);
        this.log = new StreamLog<>(
                (ordinal, opened) -> String.format("shardId-%012d", ordinal),
                RETENTION,
                SEQUENCE_DIGITS,
                settings.shards,
                now);
        this.answers = new KinesisAnswers(settings.stream, arn, now, RETENTION, log, settings.limits);
        this.gate = new CallGate(settings.clock, APIS);
    }

    /** A table with the partition key {@code pk} and a stream of one shard, times in microseconds, unless told otherwise. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a fake is to be like. Not thread-safe. */
    public static final class Builder {
        private String table = "orders";
        private String stream = "orders-changes";
        private String region = "us-east-1";
        private List<String> keys = List.of("pk");
        private int shards = 1;
        private boolean micros = true;
        private boolean limits = true;
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        public Builder table(String name) {
            table = name;
            return this;
        }

        public Builder stream(String name) {
            stream = name;
            return this;
        }

        public Builder region(String name) {
            region = name;
            return this;
        }

        /** The partition key and, if there are two, the sort key. */
        public Builder keys(String... names) {
            keys = Arrays.asList(names.clone());
            return this;
        }

        /** How many shards the stream begins with. */
        public Builder shards(int count) {
            shards = count;
            return this;
        }

        /** Times in milliseconds, and no field that says so, as streams have it that are older than the choice. */
        public Builder milliseconds() {
            micros = false;
            return this;
        }

        /** Whether calls that come too often are refused; true unless told otherwise. */
        public Builder limits(boolean on) {
            limits = on;
            return this;
        }

        public Builder clock(Clock source) {
            clock = source;
            return this;
        }

        public FakeKinesis build() {
            return new FakeKinesis(this);
        }
    }

    // The table.

    /** Puts the whole item; whether that changed anything. */
    public boolean put(Map<String, AttributeValue> item) {
        return gate.control(now -> record(items.put(item), now));
    }

    /** Deletes the item; whether there was one. */
    public boolean delete(Map<String, AttributeValue> key) {
        return gate.control(now -> record(items.delete(key, null), now));
    }

    /** Deletes the item as time to live does, which the document tells by its user identity. */
    public boolean expire(Map<String, AttributeValue> key) {
        return gate.control(now -> record(items.delete(key, ItemStore.TIME_TO_LIVE), now));
    }

    private boolean record(Optional<Modification> change, Instant now) {
        change.ifPresent(c -> {
            byte[] document = KinesisDocument.of(c, table, region.id(), now, micros);
            String partition = HexFormat.of().formatHex(HashRange.md5(items.partition(c.key())));
            arrive(new Arrival(partition, SdkBytes.fromByteArray(document)), now);
        });
        return change.isPresent();
    }

    private void arrive(Arrival arrival, Instant now) {
        int copies = 1;
        if (repeats > 0) {
            repeats--;
            copies++;
        }
        for (int i = 0; i < copies; i++) {
            if (holding) {
                held.add(arrival);
            } else {
                append(arrival, now);
            }
        }
    }

    private void append(Arrival arrival, Instant now) {
        log.openFor(arrival.partitionKey())
                .append(
                        now,
                        sequence -> Record.builder()
                                .sequenceNumber(sequence)
                                .partitionKey(arrival.partitionKey())
                                .approximateArrivalTimestamp(now.truncatedTo(ChronoUnit.MILLIS))
                                .data(arrival.document())
                                .build(),
                        record -> (long) record.data().asByteArrayUnsafe().length
                                + record.partitionKey().length());
    }

    /** All items by key. */
    public Map<Map<String, AttributeValue>, Map<String, AttributeValue>> contents() {
        return gate.control(now -> items.items());
    }

    // The stream.

    /** The stream's ARN. */
    public String arn() {
        return arn;
    }

    /** The open shards, by id. */
    public List<String> openShards() {
        return gate.control(now -> log.open());
    }

    /** Closes an open shard in favour of two children; their ids. */
    public List<String> split(String shard) {
        return gate.control(now -> log.replace(shard, HashRange::halves, now));
    }

    // Faults.

    /** Each of the next changes arrives twice. */
    public void repeatNext(int changes) {
        control(now -> repeats = changes);
    }

    /** From now on changes do not arrive, until {@link #release}. */
    public void hold() {
        control(now -> holding = true);
    }

    /** Lets what was held arrive in the order and number that is made of it; what comes later arrives at once again. */
    public void release(UnaryOperator<List<Arrival>> order) {
        control(now -> {
            List<Arrival> all = order.apply(new ArrayList<>(held));
            held.clear();
            holding = false;
            all.forEach(a -> append(a, now));
        });
    }

    /** Adds any bytes as a record, for readers that must survive them. */
    public void append(String partitionKey, byte[] document) {
        control(now -> append(new Arrival(partitionKey, SdkBytes.fromByteArray(document)), now));
    }

    /** Drops the records of that age and older now, as 24 hours would. */
    public void trim(Duration age) {
        control(now -> log.trim(now.minus(age)));
    }

    /** Ends the life of all iterators that were given out. */
    public void expireIterators() {
        control(now -> answers.expireIterators());
    }

    private void control(Consumer<Instant> action) {
        gate.control(now -> {
            action.accept(now);
            return true;
        });
    }

    /** The next calls of an operation fail, each with a failure of its own; {@link KinesisErrors} has some. */
    public void failNext(String api, int times, Supplier<? extends RuntimeException> failure) {
        gate.plan(api, null, times, failure);
    }

    /** The same for calls about one shard; for {@link #GET_SHARD_ITERATOR} and {@link #GET_RECORDS}. */
    public void failNext(String api, String shard, int times, Supplier<? extends RuntimeException> failure) {
        gate.plan(api, shard, times, failure);
    }

    /** Is told of each call before it is answered, on its thread and without a lock, so it may wait, throw, or change this fake. */
    public void beforeEachCall(Consumer<Call> hook) {
        gate.before(hook);
    }

    // The clients.

    /** What was asked so far. */
    public CallLog calls() {
        return gate.calls();
    }

    /** A client whose calls are logged as that reader's: one for each worker of a test. Closing it leaves the fake as it is. */
    public KinesisAsyncClient client(String reader) {
        return new KinesisReader(this, reader);
    }

    <T> T serve(String api, @Nullable String shard, String reader, BiFunction<KinesisAnswers, Instant, T> answer) {
        return gate.serve(api, shard, reader, now -> answer.apply(answers, now));
    }

    @Override
    public CompletableFuture<DescribeStreamSummaryResponse> describeStreamSummary(DescribeStreamSummaryRequest asked) {
        return self.describeStreamSummary(asked);
    }

    @Override
    public CompletableFuture<ListShardsResponse> listShards(ListShardsRequest asked) {
        return self.listShards(asked);
    }

    @Override
    public CompletableFuture<GetShardIteratorResponse> getShardIterator(GetShardIteratorRequest asked) {
        return self.getShardIterator(asked);
    }

    @Override
    public CompletableFuture<GetRecordsResponse> getRecords(GetRecordsRequest asked) {
        return self.getRecords(asked);
    }

    @Override
    public KinesisServiceClientConfiguration serviceClientConfiguration() {
        return KinesisServiceClientConfiguration.builder().region(region).build();
    }

    @Override
    public String serviceName() {
        return self.serviceName();
    }

    /** Ends this client; the controls and other clients go on. */
    @Override
    public void close() {
        self.close();
    }
}
