package dev.lockstep.local.streams;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.ListStreamsRequest;
import software.amazon.awssdk.services.dynamodb.model.ListStreamsResponse;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsServiceClientConfiguration;

/**
 * One table and its DynamoDB Stream in memory. DynamoDB Local has one shard for ever, cuts the times of records to the minute and trims
 * nothing; this does what AWS documents (API reference and developer guide of DynamoDB Streams):
 *
 * <ul>
 *   <li>"Each stream record appears exactly once", and those of one item "in the same sequence as the actual modifications"; no record
 *       for a write that changes nothing.
 *   <li>A shard that {@link #split splits} or {@link #rollOver rolls over} is closed, its children name it as parent. It stays for 24
 *       hours, then a child names a parent that is gone.
 *   <li>Records older than 24 hours are trimmed: TrimmedDataAccessException for a position among them, be it of a sequence number or of an
 *       iterator that waited. Iterators expire after 15 minutes.
 *   <li>A page has at most 1,000 records and 1 MB. It may be empty; only a missing NextShardIterator is the end of a closed shard.
 *   <li>DescribeStream gives 100 shards a page, by shard id, which is no order of lineage; at most 10 calls a second. GetRecords: 5 calls
 *       and 2 MB a second and shard.
 *   <li>A disabled stream's shards close, and it can be read for 24 hours. Enabled again it has another ARN.
 * </ul>
 *
 * <p>{@code StreamsContract} holds it to what DynamoDB Local does. Where neither that nor a document tells what AWS does, it does what is
 * harder for a reader: sequence numbers grow by a digit with the second record of a new stream's shard, leave gaps, and cannot be compared across
 * shards; a shard's start is no record's number; numbers below a shard's start count as trimmed, above its end as invalid.
 *
 * <p>Time is the given clock's, for limits, too. Thread-safe. It is itself a client, of the reader {@code ""}.
 */
public final class FakeStreams implements DynamoDbStreamsClient {
    public static final String LIST_STREAMS = "ListStreams";
    public static final String DESCRIBE_STREAM = "DescribeStream";
    public static final String GET_SHARD_ITERATOR = "GetShardIterator";
    public static final String GET_RECORDS = "GetRecords";

    private static final Set<String> APIS = Set.of(LIST_STREAMS, DESCRIBE_STREAM, GET_SHARD_ITERATOR, GET_RECORDS);

    private final Duration transition;
    private final int shards;
    private final Region region;
    private final ItemStore items;
    private final StreamedTable table;
    private final StreamAnswers answers;
    private final CallGate gate;
    private final StreamReader self = new StreamReader(this, "");

    private FakeStreams(Builder settings) {
        this.transition = settings.transition;
        this.shards = settings.shards;
        this.region = Region.of(settings.region);
        this.items = new ItemStore(settings.keys);
        this.table = new StreamedTable(settings.table, settings.region, items);
        this.gate = new CallGate(settings.clock, APIS);
        this.answers = new StreamAnswers(table, settings.limits, settings.throttling);
    }

    /** A table with the partition key {@code pk}, and an enabled stream with both images and one shard, unless told otherwise. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a fake is to be like. Not thread-safe. */
    public static final class Builder {
        private String table = "orders";
        private String region = "us-east-1";
        private List<String> keys = List.of("pk");
        private @Nullable StreamViewType view = StreamViewType.NEW_AND_OLD_IMAGES;
        private int shards = 1;
        private Clock clock = Clock.systemUTC();
        private Duration transition = Duration.ZERO;
        private boolean limits = true;
        private Throttling throttling = Throttling.LIMIT_EXCEEDED;

        private Builder() {}

        public Builder table(String name) {
            table = name;
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

        public Builder view(StreamViewType type) {
            view = type;
            return this;
        }

        /** No stream until {@link FakeStreams#enable}. */
        public Builder disabled() {
            view = null;
            return this;
        }

        /** How many shards a stream begins with. */
        public Builder shards(int count) {
            shards = count;
            return this;
        }

        public Builder clock(Clock source) {
            clock = source;
            return this;
        }

        /** How long a stream is ENABLING, without shards or records, and DISABLING. */
        public Builder transition(Duration length) {
            transition = length;
            return this;
        }

        /** Whether calls that come too often are refused; true unless told otherwise. */
        public Builder limits(boolean on) {
            limits = on;
            return this;
        }

        public Builder throttling(Throttling how) {
            throttling = how;
            return this;
        }

        public FakeStreams build() {
            FakeStreams streams = new FakeStreams(this);
            if (view != null) {
                streams.enable(view);
            }
            return streams;
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

    /** Deletes the item as time to live does, which the record tells by its user identity. */
    public boolean expire(Map<String, AttributeValue> key) {
        return gate.control(now -> record(items.delete(key, ItemStore.TIME_TO_LIVE), now));
    }

    private boolean record(Optional<Modification> change, Instant now) {
        change.ifPresent(c -> table.append(c, now));
        return change.isPresent();
    }

    /** All items by key. */
    public Map<Map<String, AttributeValue>, Map<String, AttributeValue>> contents() {
        return gate.control(now -> items.items());
    }

    // The stream.

    /** Gives the table a stream, whose ARN is new; that ARN. */
    public String enable(StreamViewType view) {
        return gate.control(now -> table.enable(view, now, transition, shards).arn());
    }

    /** Ends the stream. */
    public void disable() {
        control(now -> live(now).disable(now));
    }

    /** The enabled stream's ARN. */
    public String arn() {
        return gate.control(now -> live(now).arn());
    }

    /** The open shards of the enabled stream, by id. */
    public List<String> openShards() {
        return gate.control(now -> live(now).log().open());
    }

    /** The open shard that this key's records go to. */
    public String shardOf(Map<String, AttributeValue> key) {
        return gate.control(now -> live(now).log().openFor(items.partition(key)).id());
    }

    /** Closes an open shard in favour of two children; their ids. */
    public List<String> split(String shard) {
        return gate.control(now -> live(now).log().replace(shard, HashRange::halves, now));
    }

    /** Closes an open shard in favour of one child, as AWS does every few hours; its id. */
    public String rollOver(String shard) {
        return gate.control(now -> live(now).log().replace(shard, List::of, now).get(0));
    }

    private TableStream live(Instant now) {
        return table.live(now).orElseThrow(() -> new IllegalStateException("no stream is enabled"));
    }

    // Faults.

    /** Drops the enabled stream's records of that age and older now, as 24 hours would. */
    public void trim(Duration age) {
        control(now -> live(now).log().trim(now.minus(age)));
    }

    /** Ends the life of all iterators that were given out. */
    public void expireIterators() {
        control(now -> answers.expireIterators());
    }

    /** The next pages of a shard come empty, though there may be records. */
    public void emptyPages(String shard, int pages) {
        control(now -> answers.emptyPages(shard, pages));
    }

    /** A closed shard's last records come with a next iterator, and only the page after them, empty, without. */
    public void lateEnd(boolean late) {
        control(now -> answers.lateEnd(late));
    }

    /** DescribeStream shows the end of a shard at once, but its children only when they are that old. */
    public void describeLag(Duration lag) {
        control(now -> answers.describeLag(lag));
    }

    private void control(Consumer<Instant> action) {
        gate.control(now -> {
            action.accept(now);
            return true;
        });
    }

    /** The next calls of an operation fail, each with a failure of its own; {@link StreamErrors} has some. */
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
    public DynamoDbStreamsClient client(String reader) {
        return new StreamReader(this, reader);
    }

    <T> T serve(String api, @Nullable String shard, String reader, BiFunction<StreamAnswers, Instant, T> answer) {
        return gate.serve(api, shard, reader, now -> answer.apply(answers, now));
    }

    @Override
    public ListStreamsResponse listStreams(ListStreamsRequest request) {
        return self.listStreams(request);
    }

    @Override
    public ListStreamsResponse listStreams() {
        return self.listStreams(ListStreamsRequest.builder().build());
    }

    @Override
    public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
        return self.describeStream(request);
    }

    @Override
    public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
        return self.getShardIterator(request);
    }

    @Override
    public GetRecordsResponse getRecords(GetRecordsRequest request) {
        return self.getRecords(request);
    }

    @Override
    public DynamoDbStreamsServiceClientConfiguration serviceClientConfiguration() {
        return DynamoDbStreamsServiceClientConfiguration.builder()
                .region(region)
                .build();
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
