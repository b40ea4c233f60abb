package dev.lockstep.local.streams;

import static dev.lockstep.local.streams.Reading.drain;
import static dev.lockstep.local.streams.Reading.item;
import static dev.lockstep.local.streams.Reading.iterator;
import static dev.lockstep.local.streams.Reading.key;
import static dev.lockstep.local.streams.Reading.page;
import static dev.lockstep.local.streams.Reading.sequences;
import static dev.lockstep.local.streams.Reading.shards;
import static dev.lockstep.local.streams.Reading.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ShardFilterType;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** What the fake and DynamoDB Local do alike, each test with a table and a stream of one shard of its own. */
abstract class StreamsContract {
    private static final String UNKNOWN_SHARD = "shardId-00000001414562045508-2bac9cd2";

    private StreamedTableUnderTest table;
    private DynamoDbStreamsClient client;
    private String arn;
    private String shard;

    /** A table without a stream. */
    abstract StreamedTableUnderTest open();

    @BeforeEach
    void start() {
        table = open();
        client = table.client();
        enable(StreamViewType.NEW_AND_OLD_IMAGES);
    }

    @AfterEach
    void stop() {
        table.close();
    }

    private void enable(StreamViewType view) {
        arn = table.enable(view);
        shard = shards(client, arn).get(0).shardId();
    }

    private List<Record> records() {
        return drain(client, arn, shard);
    }

    // Records.

    @Test
    void anInsertAChangeAndARemovalAreRecordedWithTheirImages() {
        table.put(item("a", "1"));
        table.put(item("a", "2"));
        table.delete(key("a"));

        List<Record> records = records();

        assertThat(records)
                .extracting(Record::eventName)
                .containsExactly(OperationType.INSERT, OperationType.MODIFY, OperationType.REMOVE);
        assertThat(records).allSatisfy(r -> {
            assertThat(r.dynamodb().keys()).isEqualTo(key("a"));
            assertThat(r.dynamodb().streamViewType()).isEqualTo(StreamViewType.NEW_AND_OLD_IMAGES);
            assertThat(r.userIdentity()).isNull();
        });
        assertThat(records.get(0).dynamodb().hasOldImage()).isFalse();
        assertThat(records.get(0).dynamodb().newImage()).isEqualTo(item("a", "1"));
        assertThat(records.get(1).dynamodb().oldImage()).isEqualTo(item("a", "1"));
        assertThat(records.get(1).dynamodb().newImage()).isEqualTo(item("a", "2"));
        assertThat(records.get(2).dynamodb().oldImage()).isEqualTo(item("a", "2"));
        assertThat(records.get(2).dynamodb().hasNewImage()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNKNOWN_TO_SDK_VERSION")
    void theViewTypeDecidesWhichImagesThereAre(StreamViewType view) {
        table.disable();
        enable(view);
        boolean showsNew = view == StreamViewType.NEW_IMAGE || view == StreamViewType.NEW_AND_OLD_IMAGES;
        boolean showsOld = view == StreamViewType.OLD_IMAGE || view == StreamViewType.NEW_AND_OLD_IMAGES;

        table.put(item("a", "1"));
        table.put(item("a", "2"));
        table.delete(key("a"));

        assertThat(client.describeStream(d -> d.streamArn(arn))
                        .streamDescription()
                        .streamViewType())
                .isEqualTo(view);
        assertThat(records()).extracting(r -> r.dynamodb().hasNewImage()).containsExactly(showsNew, showsNew, false);
        assertThat(records()).extracting(r -> r.dynamodb().hasOldImage()).containsExactly(false, showsOld, showsOld);
        assertThat(records())
                .extracting(r -> r.dynamodb().streamViewType())
                .containsOnly(view)
                .hasSize(3);
    }

    @Test
    void aRecordSaysWhereItCameFromAndHasAnIdOfItsOwn() {
        table.put(item("a", "1"));
        table.put(item("a", "2"));

        List<Record> records = records();

        assertThat(records).extracting(Record::eventID).doesNotHaveDuplicates().doesNotContainNull();
        assertThat(records).extracting(Record::eventSource).containsOnly("aws:dynamodb");
        assertThat(records).extracting(Record::eventVersion).containsOnly("1.1");
        assertThat(records).allSatisfy(r -> assertThat(arn).contains(r.awsRegion()));
    }

    @Test
    void theSizeOfARecordIsThatOfItsKeyAndImages() {
        table.put(item("a", "1"));
        table.delete(key("a"));

        // "pk" and "a"; then "pk", "a", "v" and "1".
        assertThat(records()).extracting(r -> r.dynamodb().sizeBytes()).containsExactly(3L + 5, 3L + 5);
    }

    @Test
    void aWriteThatChangesNothingIsNotRecorded() {
        table.put(item("a", "1"));
        table.put(item("a", "1"));
        table.delete(key("b"));
        table.delete(key("a"));
        table.delete(key("a"));

        assertThat(records()).extracting(Record::eventName).containsExactly(OperationType.INSERT, OperationType.REMOVE);
    }

    @Test
    void anotherSpellingOfTheSameItemIsNotRecorded() {
        table.put(with(AttributeValue.fromN("1.0")));
        table.put(with(AttributeValue.fromN("1")));
        table.put(with(AttributeValue.fromN("1e0")));
        table.put(with(AttributeValue.fromSs(List.of("b", "a"))));
        table.put(with(AttributeValue.fromSs(List.of("a", "b"))));
        table.put(with(AttributeValue.fromNs(List.of("2", "1.50"))));
        table.put(with(AttributeValue.fromNs(List.of("1.5", "2"))));
        SdkBytes one = SdkBytes.fromByteArray(new byte[] {1});
        SdkBytes two = SdkBytes.fromByteArray(new byte[] {2});
        table.put(with(AttributeValue.fromBs(List.of(two, one))));
        table.put(with(AttributeValue.fromBs(List.of(one, two))));

        assertThat(records())
                .extracting(r -> r.dynamodb().newImage().get("v").type())
                .containsExactly(
                        AttributeValue.Type.N, AttributeValue.Type.SS, AttributeValue.Type.NS, AttributeValue.Type.BS);
        assertThat(records().get(0).dynamodb().newImage().get("v").n()).isEqualTo("1");
    }

    @Test
    void anotherTypeOrOrderIsAChange() {
        AttributeValue one = AttributeValue.fromS("1");
        AttributeValue two = AttributeValue.fromS("2");
        table.put(with(AttributeValue.fromN("1")));
        table.put(with(one));
        table.put(with(AttributeValue.fromL(List.of(one, two))));
        table.put(with(AttributeValue.fromL(List.of(two, one))));
        table.put(with(AttributeValue.fromNul(true)));
        table.put(key("a"));

        assertThat(records()).hasSize(6);
    }

    private static Map<String, AttributeValue> with(AttributeValue value) {
        return Map.of("pk", AttributeValue.fromS("a"), "v", value);
    }

    @Test
    void recordsComeInTheOrderOfTheWritesAndTheirSequenceNumbersGrow() {
        for (int i = 0; i < 20; i++) {
            table.put(item("k" + i % 3, "v" + i));
        }

        assertThat(values(records()))
                .containsExactly(java.util.stream.IntStream.range(0, 20)
                        .mapToObj(i -> "v" + i)
                        .toArray(String[]::new));
        List<BigInteger> numbers =
                sequences(records()).stream().map(BigInteger::new).toList();
        assertThat(numbers).isSorted().doesNotHaveDuplicates();
        assertThat(sequences(records())).allMatch(s -> s.matches("\\d{21,40}"));
    }

    // Iterators and pages.

    @Test
    void anIteratorMayBeUsedAgainAndGivesTheSame() {
        table.put(item("a", "1"));
        String start = iterator(client, arn, shard, ShardIteratorType.TRIM_HORIZON);

        assertThat(page(client, start).records())
                .isEqualTo(page(client, start).records())
                .hasSize(1);
    }

    @Test
    void anOpenShardsEndIsAnEmptyPageWithANextIteratorThatSeesWhatComes() {
        table.put(item("a", "1"));
        var first = page(client, iterator(client, arn, shard, ShardIteratorType.TRIM_HORIZON));
        var empty = page(client, first.nextShardIterator());

        table.put(item("a", "2"));

        assertThat(first.records()).hasSize(1);
        assertThat(empty.records()).isEmpty();
        assertThat(values(page(client, empty.nextShardIterator()).records())).containsExactly("2");
    }

    @Test
    void theLatestIteratorSeesOnlyWhatCameAfterItWasGiven() {
        table.put(item("a", "1"));
        String latest = iterator(client, arn, shard, ShardIteratorType.LATEST);
        table.put(item("a", "2"));

        assertThat(values(page(client, latest).records())).containsExactly("2");
    }

    @Test
    void anIteratorBeginsAtOrAfterASequenceNumber() {
        table.put(item("a", "1"));
        table.put(item("a", "2"));
        table.put(item("a", "3"));
        List<String> numbers = sequences(records());

        assertThat(values(at(ShardIteratorType.AT_SEQUENCE_NUMBER, numbers.get(1))))
                .containsExactly("2", "3");
        assertThat(values(at(ShardIteratorType.AFTER_SEQUENCE_NUMBER, numbers.get(1))))
                .containsExactly("3");
        assertThat(at(ShardIteratorType.AFTER_SEQUENCE_NUMBER, numbers.get(2))).isEmpty();
    }

    @Test
    void aShardsStartingSequenceNumberIsAPlaceToBegin() {
        table.put(item("a", "1"));
        table.put(item("a", "2"));
        String start = shards(client, arn).get(0).sequenceNumberRange().startingSequenceNumber();

        assertThat(values(at(ShardIteratorType.AT_SEQUENCE_NUMBER, start))).containsExactly("1", "2");
    }

    private List<Record> at(ShardIteratorType type, String sequence) {
        return page(client, iterator(client, arn, shard, type, sequence)).records();
    }

    @Test
    void aPageHasNoMoreRecordsThanAskedForAndTheNextBeginsWhereItEnded() {
        table.put(item("a", "1"));
        table.put(item("a", "2"));
        table.put(item("a", "3"));
        String start = iterator(client, arn, shard, ShardIteratorType.TRIM_HORIZON);

        var first = client.getRecords(g -> g.shardIterator(start).limit(2));

        assertThat(values(first.records())).containsExactly("1", "2");
        assertThat(values(page(client, first.nextShardIterator()).records())).containsExactly("3");
    }

    @Test
    void aPageHasAtMostAThousandRecords() {
        for (int i = 0; i < 1001; i++) {
            table.put(item("a", "v" + i));
        }

        var first = page(client, iterator(client, arn, shard, ShardIteratorType.TRIM_HORIZON));

        assertThat(first.records()).hasSize(1000);
        assertThat(page(client, first.nextShardIterator()).records()).hasSize(1);
    }

    // Requests that cannot be answered.

    @Test
    void whatDoesNotExistIsNotFound() {
        String otherArn = arn.replace(table.table(), table.table() + "x");

        assertThatThrownBy(() -> iterator(client, arn, UNKNOWN_SHARD, ShardIteratorType.LATEST))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> iterator(client, otherArn, shard, ShardIteratorType.LATEST))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> shards(client, otherArn)).isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void malformedRequestsAreRefusedAsInvalid() {
        refused(() -> page(client, "garbage"));
        refused(() -> client.getRecords(g -> {}));
        String start = iterator(client, arn, shard, ShardIteratorType.TRIM_HORIZON);
        refused(() -> client.getRecords(g -> g.shardIterator(start).limit(0)));
        refused(() -> client.describeStream(d -> {}));
        refused(() -> client.describeStream(d -> d.streamArn(arn).limit(0)));
        refused(() -> client.describeStream(d -> d.streamArn(arn).limit(101)));
        refused(() -> client.listStreams(l -> l.limit(0)));
        refused(() -> iterator(client, arn, shard, ShardIteratorType.AT_SEQUENCE_NUMBER));
        refused(() -> iterator(client, arn, shard, ShardIteratorType.AFTER_SEQUENCE_NUMBER, "12"));
        refused(() -> iterator(client, arn, shard, ShardIteratorType.TRIM_HORIZON, "000000000000000000001"));
    }

    private static void refused(Runnable call) {
        AwsServiceException error = catchThrowableOfType(AwsServiceException.class, call::run);
        assertThat(error).isNotNull();
        assertThat(error.awsErrorDetails().errorCode()).isEqualTo("ValidationException");
        assertThat(error.statusCode()).isEqualTo(400);
        assertThat(error.requestId()).isNotNull();
    }

    // Descriptions.

    @Test
    void aDescriptionNamesTheTableItsKeyTheViewAndTheOpenShard() {
        var said = client.describeStream(d -> d.streamArn(arn)).streamDescription();

        assertThat(said.streamArn()).isEqualTo(arn).endsWith("/stream/" + said.streamLabel());
        assertThat(said.streamLabel()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}");
        assertThat(said.tableName()).isEqualTo(table.table());
        assertThat(said.streamStatus()).isEqualTo(StreamStatus.ENABLED);
        assertThat(said.creationRequestDateTime()).isNotNull();
        assertThat(said.keySchema()).singleElement().satisfies(k -> {
            assertThat(k.attributeName()).isEqualTo("pk");
            assertThat(k.keyType()).isEqualTo(KeyType.HASH);
        });
        assertThat(said.lastEvaluatedShardId()).isNull();
        assertThat(said.shards()).singleElement().satisfies(s -> {
            assertThat(s.shardId()).matches("shardId-\\d{20}-[0-9a-f]{8}");
            assertThat(s.parentShardId()).isNull();
            assertThat(s.sequenceNumberRange().startingSequenceNumber()).matches("\\d{21,40}");
            assertThat(s.sequenceNumberRange().endingSequenceNumber()).isNull();
        });
    }

    @Test
    void aDescriptionBeginsAfterTheShardThatIsNamed() {
        assertThat(client.describeStream(d -> d.streamArn(arn).exclusiveStartShardId(shard))
                        .streamDescription()
                        .shards())
                .isEmpty();
    }

    @Test
    void aShardWithoutChildrenHasNone() {
        assertThat(client.describeStream(d -> d.streamArn(arn)
                                .shardFilter(f ->
                                        f.type(ShardFilterType.CHILD_SHARDS).shardId(shard)))
                        .streamDescription()
                        .shards())
                .isEmpty();
    }

    @Test
    void theStreamsOfATableAreListed() {
        var listed = client.listStreams(l -> l.tableName(table.table()));

        assertThat(listed.streams()).singleElement().satisfies(s -> {
            assertThat(s.streamArn()).isEqualTo(arn);
            assertThat(s.tableName()).isEqualTo(table.table());
            assertThat(arn).endsWith(s.streamLabel());
        });
        assertThat(listed.lastEvaluatedStreamArn()).isNull();
        assertThat(client.listStreams(l -> l.tableName("no-such-table")).streams())
                .isEmpty();
    }

    // The end of a stream.

    @Test
    void aDisabledStreamCanBeReadToAnEnd() {
        table.put(item("a", "1"));
        table.put(item("a", "2"));
        table.disable();
        table.put(item("a", "3"));

        var said = client.describeStream(d -> d.streamArn(arn)).streamDescription();
        var last = page(client, iterator(client, arn, shard, ShardIteratorType.TRIM_HORIZON));

        assertThat(said.streamStatus()).isEqualTo(StreamStatus.DISABLED);
        assertThat(values(last.records())).containsExactly("1", "2");
        assertThat(last.nextShardIterator()).isNull();
        assertThat(said.shards().get(0).sequenceNumberRange().endingSequenceNumber())
                .isEqualTo(sequences(last.records()).get(1));
    }

    @Test
    void aStreamEnabledAgainIsAnotherOne() {
        table.put(item("a", "1"));
        table.disable();
        String old = arn;
        String oldShard = shard;
        table.put(item("a", "2"));

        enable(StreamViewType.NEW_AND_OLD_IMAGES);
        table.put(item("a", "3"));

        assertThat(arn).isNotEqualTo(old);
        assertThat(shard).isNotEqualTo(oldShard);
        assertThat(values(records())).containsExactly("3");
        assertThat(values(drain(client, old, oldShard))).containsExactly("1");
        assertThat(client.listStreams(l -> l.tableName(table.table())).streams())
                .extracting(s -> s.streamArn())
                .containsExactlyInAnyOrder(old, arn);
        assertThatThrownBy(() -> iterator(client, arn, oldShard, ShardIteratorType.LATEST))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void listedStreamsComeInPages() {
        table.disable();
        enable(StreamViewType.KEYS_ONLY);
        java.util.Set<String> seen = new java.util.HashSet<>();
        String after = null;
        int pages = 0;
        do {
            String from = after;
            var page =
                    client.listStreams(l -> l.tableName(table.table()).limit(1).exclusiveStartStreamArn(from));
            assertThat(page.streams()).hasSizeLessThanOrEqualTo(1);
            page.streams().forEach(s -> seen.add(s.streamArn()));
            after = page.lastEvaluatedStreamArn();
        } while (after != null && ++pages < 5);

        assertThat(seen).hasSize(2).contains(arn);
    }
}
