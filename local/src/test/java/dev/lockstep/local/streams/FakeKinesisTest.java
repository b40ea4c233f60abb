package dev.lockstep.local.streams;

import static dev.lockstep.local.streams.Reading.item;
import static dev.lockstep.local.streams.Reading.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.ExpiredNextTokenException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardFilterType;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The rules are those of AWS's Kinesis API reference and of Kinesis Data Streams for DynamoDB. */
class FakeKinesisTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ManualClock clock = new ManualClock(Instant.parse("2026-03-01T10:00:00.123456Z"));
    private final FakeKinesis kinesis = FakeKinesis.builder().clock(clock).build();
    private final String shard = kinesis.openShards().get(0);

    /** The answer, or the failure itself: the fake answers at once. */
    private static <T> T now(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (java.util.concurrent.CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private String iterator(java.util.function.Consumer<GetShardIteratorRequest.Builder> how) {
        return now(kinesis.getShardIterator(
                        g -> how.accept(g.streamARN(kinesis.arn()).shardId(shard))))
                .shardIterator();
    }

    private String start() {
        return iterator(g -> g.shardIteratorType(ShardIteratorType.TRIM_HORIZON));
    }

    private GetRecordsResponse page(String iterator) {
        return now(kinesis.getRecords(g -> g.shardIterator(iterator)));
    }

    private static List<String> values(List<Record> records) {
        return records.stream()
                .map(r -> json(r).at("/dynamodb/NewImage/v/S").asString())
                .toList();
    }

    private static JsonNode json(Record record) {
        return JSON.readTree(record.data().asByteArray());
    }

    // Documents.

    @Test
    void aChangeIsADocumentWithBothImagesAndNoNumber() {
        kinesis.put(item("a", "1"));
        kinesis.put(item("a", "2"));
        kinesis.put(item("a", "2"));
        kinesis.delete(key("a"));

        List<JsonNode> documents =
                page(start()).records().stream().map(FakeKinesisTest::json).toList();

        assertThat(documents)
                .extracting(d -> d.path("eventName").asString())
                .containsExactly("INSERT", "MODIFY", "REMOVE");
        JsonNode change = documents.get(1);
        assertThat(change.path("recordFormat").asString()).isEqualTo("application/json");
        assertThat(change.path("tableName").asString()).isEqualTo("orders");
        assertThat(change.path("eventSource").asString()).isEqualTo("aws:dynamodb");
        assertThat(change.path("userIdentity").isNull()).isTrue();
        assertThat(change.path("dynamodb").path("Keys")).isEqualTo(JSON.readTree("{\"pk\":{\"S\":\"a\"}}"));
        assertThat(change.path("dynamodb").path("OldImage"))
                .isEqualTo(JSON.readTree("{\"pk\":{\"S\":\"a\"},\"v\":{\"S\":\"1\"}}"));
        assertThat(change.path("dynamodb").path("NewImage"))
                .isEqualTo(JSON.readTree("{\"pk\":{\"S\":\"a\"},\"v\":{\"S\":\"2\"}}"));
        assertThat(change.path("dynamodb").has("SequenceNumber")).isFalse();
        assertThat(documents.get(2).path("dynamodb").has("NewImage")).isFalse();
    }

    @Test
    void timesAreMicrosecondsAndTheDocumentSaysSoOrMilliseconds() {
        FakeKinesis older = FakeKinesis.builder().clock(clock).milliseconds().build();
        kinesis.put(item("a", "1"));
        older.put(item("a", "1"));

        JsonNode micros = json(page(start()).records().get(0)).path("dynamodb");
        String start = now(older.getShardIterator(
                        g -> g.streamARN(older.arn()).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON)))
                .shardIterator();
        JsonNode millis = json(now(older.getRecords(g -> g.shardIterator(start)))
                        .records()
                        .get(0))
                .path("dynamodb");

        assertThat(micros.path("ApproximateCreationDateTime").longValue()).isEqualTo(1772359200123456L);
        assertThat(micros.path("ApproximateCreationDateTimePrecision").asString())
                .isEqualTo("MICROSECOND");
        assertThat(millis.path("ApproximateCreationDateTime").longValue()).isEqualTo(1772359200123L);
        assertThat(millis.has("ApproximateCreationDateTimePrecision")).isFalse();
    }

    @Test
    void binaryValuesAreBase64OfBase64WhereverTheyAre() {
        SdkBytes bytes = SdkBytes.fromByteArray(new byte[] {0, -1, 7});
        String twice = Base64.getEncoder().encodeToString(Base64.getEncoder().encode(bytes.asByteArray()));
        kinesis.put(Map.of(
                "pk", AttributeValue.fromS("a"),
                "b", AttributeValue.fromB(bytes),
                "bs", AttributeValue.fromBs(List.of(bytes)),
                "l", AttributeValue.fromL(List.of(AttributeValue.fromM(Map.of("b", AttributeValue.fromB(bytes)))))));

        JsonNode image = json(page(start()).records().get(0)).at("/dynamodb/NewImage");

        assertThat(image.at("/b/B").asString()).isEqualTo(twice).isEqualTo("QVA4SA==");
        assertThat(image.at("/bs/BS/0").asString()).isEqualTo(twice);
        assertThat(image.at("/l/L/0/M/b/B").asString()).isEqualTo(twice);
    }

    @Test
    void anExpiryIsARemovalByTheService() {
        kinesis.put(item("a", "1"));
        kinesis.expire(key("a"));

        JsonNode who = json(page(start()).records().get(1)).path("userIdentity");
        assertThat(who).isEqualTo(JSON.readTree("{\"principalId\":\"dynamodb.amazonaws.com\",\"type\":\"Service\"}"));
        assertThat(kinesis.contents()).isEmpty();
    }

    /** "Records may appear more than once." */
    @Test
    void recordsCanBeRepeated() {
        kinesis.repeatNext(1);
        kinesis.put(item("a", "1"));
        kinesis.put(item("a", "2"));

        List<Record> records = page(start()).records();

        assertThat(values(records)).containsExactly("1", "1", "2");
        assertThat(records.get(0).data()).isEqualTo(records.get(1).data());
        assertThat(records).extracting(Record::sequenceNumber).doesNotHaveDuplicates();
    }

    /** "Records may appear in an order other than that of the changes." */
    @Test
    void recordsCanArriveInAnyOrderAndNumber() {
        kinesis.put(item("a", "1"));
        kinesis.hold();
        kinesis.put(item("a", "2"));
        kinesis.put(item("a", "3"));
        assertThat(values(page(start()).records())).containsExactly("1");

        kinesis.release(all -> {
            Collections.reverse(all);
            all.add(all.get(0));
            return all;
        });
        kinesis.put(item("a", "4"));

        assertThat(values(page(start()).records())).containsExactly("1", "3", "2", "3", "4");
    }

    @Test
    void anyBytesCanBeARecord() {
        kinesis.append("x", "no document".getBytes(StandardCharsets.UTF_8));

        assertThat(page(start()).records().get(0).data().asUtf8String()).isEqualTo("no document");
    }

    // Iterators.

    @Test
    void anIteratorBeginsAtOrAfterANumberATimeOrAtAnEnd() {
        kinesis.put(item("a", "1"));
        clock.advance(Duration.ofSeconds(10));
        kinesis.put(item("a", "2"));
        Instant second = clock.instant();
        String number = page(start()).records().get(1).sequenceNumber();
        String latest = iterator(g -> g.shardIteratorType(ShardIteratorType.LATEST));
        kinesis.put(item("a", "3"));

        assertThat(read(ShardIteratorType.AT_SEQUENCE_NUMBER, number)).containsExactly("2", "3");
        clock.advance(Duration.ofSeconds(1));
        assertThat(read(ShardIteratorType.AFTER_SEQUENCE_NUMBER, number)).containsExactly("3");
        assertThat(values(page(latest).records())).containsExactly("3");
        assertThat(at(second)).containsExactly("2", "3");
        assertThat(at(second.minusSeconds(9))).containsExactly("2", "3");
        clock.advance(Duration.ofSeconds(1));
        assertThat(at(second.minusSeconds(99))).containsExactly("1", "2", "3");
        assertThat(at(second.plusSeconds(1))).isEmpty();
        assertThatThrownBy(() -> at(clock.instant().plusSeconds(1))).isInstanceOf(InvalidArgumentException.class);
    }

    private List<String> read(ShardIteratorType type, String number) {
        return values(page(iterator(g -> g.shardIteratorType(type).startingSequenceNumber(number)))
                .records());
    }

    private List<String> at(Instant time) {
        return values(page(iterator(
                        g -> g.shardIteratorType(ShardIteratorType.AT_TIMESTAMP).timestamp(time)))
                .records());
    }

    /** "A shard iterator expires 5 minutes after it is returned to the requester." */
    @Test
    void anIteratorExpiresAfterFiveMinutes() {
        String start = start();
        clock.advance(Duration.ofMinutes(5).minusMillis(1));
        page(start);
        clock.advance(Duration.ofMillis(1));

        assertThatThrownBy(() -> page(start)).isInstanceOf(ExpiredIteratorException.class);
        String fresh = start();
        kinesis.expireIterators();
        assertThatThrownBy(() -> page(fresh)).isInstanceOf(ExpiredIteratorException.class);
    }

    /** Kinesis tells nobody of trimmed records. */
    @Test
    void aTrimmedPlaceIsReadFromTheOldestRecordLeft() {
        kinesis.put(item("a", "1"));
        clock.advance(Duration.ofHours(24).minusMinutes(1));
        kinesis.put(item("a", "2"));
        String start = start();
        String number = page(start).records().get(0).sequenceNumber();
        clock.advance(Duration.ofMinutes(1));

        GetRecordsResponse left = page(start);
        assertThat(values(left.records())).containsExactly("2");
        assertThat(page(left.nextShardIterator()).records()).isEmpty();
        assertThat(read(ShardIteratorType.AFTER_SEQUENCE_NUMBER, number)).containsExactly("2");
    }

    /** "5 transactions per second for reads"; "Limit: up to 10,000". */
    @Test
    void theSixthReadInASecondIsRefused() {
        String start = start();
        for (int i = 0; i < 5; i++) {
            page(start);
        }

        assertThatThrownBy(() -> page(start)).isInstanceOf(ProvisionedThroughputExceededException.class);
        assertThatThrownBy(
                        () -> now(kinesis.getRecords(g -> g.shardIterator(start).limit(10_001))))
                .isInstanceOf(InvalidArgumentException.class);
        clock.advance(Duration.ofSeconds(1));
        page(start);
        assertThat(kinesis.calls().count(FakeKinesis.GET_RECORDS, shard)).isEqualTo(8);
    }

    /** "If a call returns 10 MB of data, subsequent calls made within the next 5 seconds throw an exception." */
    @Test
    void tenMegabytesAtOnceAreRepaidInFiveSeconds() {
        for (int i = 0; i < 12; i++) {
            kinesis.append("x", new byte[1_000_000]);
        }
        String start = start();

        assertThat(page(start).records()).hasSize(10);
        clock.advance(Duration.ofSeconds(3));
        assertThatThrownBy(() -> page(start)).isInstanceOf(ProvisionedThroughputExceededException.class);
        clock.advance(Duration.ofSeconds(2));
        assertThat(page(start).records()).hasSize(10);
    }

    /** "MillisBehindLatest: zero indicates that record processing is caught up." */
    @Test
    void thereIsLagOnlyWhileThereIsMoreToRead() {
        kinesis.put(item("a", "1"));
        kinesis.put(item("a", "2"));
        clock.advance(Duration.ofSeconds(3));
        String start = start();

        GetRecordsResponse first =
                now(kinesis.getRecords(g -> g.shardIterator(start).limit(1)));

        assertThat(first.millisBehindLatest()).isEqualTo(3000);
        assertThat(page(first.nextShardIterator()).millisBehindLatest()).isZero();
    }

    // Shards.

    /** KCL takes an answer only if it has either a next iterator or children, and children that name their parents. */
    @Test
    void aClosedShardsEndNamesItsChildrenInsteadOfANextIterator() {
        kinesis.put(item("a", "1"));
        String start = start();
        List<String> children = kinesis.split(shard);

        GetRecordsResponse first =
                now(kinesis.getRecords(g -> g.shardIterator(start).limit(1)));

        assertThat(first.nextShardIterator()).isNull();
        assertThat(first.childShards()).hasSize(2).allSatisfy(c -> {
            assertThat(children).contains(c.shardId());
            assertThat(c.parentShards()).containsExactly(shard);
            assertThat(c.hashKeyRange()).isNotNull();
        });
        assertThat(page(iterator(g -> g.shardIteratorType(ShardIteratorType.LATEST)))
                        .childShards())
                .hasSize(2);
        kinesis.put(item("a", "2"));
        GetRecordsResponse open = page(now(kinesis.getShardIterator(g -> g.streamName("orders-changes")
                        .shardId(children.get(0))
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON)))
                .shardIterator());
        assertThat(open.nextShardIterator()).isNotNull();
        assertThat(open.childShards()).isEmpty();
    }

    /** Each hash key belongs to one open shard; hash keys have 128 bits. */
    @Test
    void theOpenShardsCoverAllHashKeysOnce() {
        FakeKinesis three = FakeKinesis.builder().clock(clock).shards(3).build();
        three.split(three.openShards().get(1));
        List<Shard> open = now(three.listShards(
                        l -> l.streamName("orders-changes").shardFilter(f -> f.type(ShardFilterType.AT_LATEST))))
                .shards()
                .stream()
                .sorted(Comparator.comparing(
                        s -> new BigInteger(s.hashKeyRange().startingHashKey())))
                .toList();

        BigInteger next = BigInteger.ZERO;
        for (Shard each : open) {
            assertThat(each.hashKeyRange().startingHashKey()).isEqualTo(next.toString());
            next = new BigInteger(each.hashKeyRange().endingHashKey()).add(BigInteger.ONE);
        }
        assertThat(open).hasSize(4);
        assertThat(next).isEqualTo(BigInteger.TWO.pow(128));
    }

    @Test
    void shardsAreListedInPagesWhoseTokensLiveFiveMinutes() {
        FakeKinesis wide = FakeKinesis.builder().clock(clock).shards(5).build();
        List<String> ids = new ArrayList<>();
        ListShardsResponse page =
                now(wide.listShards(l -> l.streamARN(wide.arn()).maxResults(2)));
        page.shards().forEach(s -> ids.add(s.shardId()));
        String token = page.nextToken();
        while (page.nextToken() != null) {
            String next = page.nextToken();
            page = now(wide.listShards(l -> l.nextToken(next).maxResults(2)));
            page.shards().forEach(s -> ids.add(s.shardId()));
        }

        assertThat(ids).isEqualTo(wide.openShards()).hasSize(5);
        assertThatThrownBy(() -> now(wide.listShards(l -> l.nextToken(token).streamName("orders-changes"))))
                .isInstanceOf(InvalidArgumentException.class);
        clock.advance(Duration.ofSeconds(300));
        assertThatThrownBy(() -> now(wide.listShards(l -> l.nextToken(token))))
                .isInstanceOf(ExpiredNextTokenException.class);
    }

    /** "AT_TRIM_HORIZON: all the shards that were open at TRIM_HORIZON"; "AT_TIMESTAMP: open at that time"; and so on. */
    @Test
    void aFilterGivesTheShardsOfATime() {
        Instant first = clock.instant();
        clock.advance(Duration.ofMinutes(1));
        List<String> children = kinesis.split(shard);
        // Timestamps are sent in milliseconds.
        Instant second = clock.instant().plusMillis(1);
        clock.advance(Duration.ofMinutes(1));

        assertThat(listed(ShardFilterType.AT_TRIM_HORIZON, null)).containsExactly(shard);
        assertThat(listed(ShardFilterType.AT_TIMESTAMP, first)).containsExactly(shard);
        assertThat(listed(ShardFilterType.AT_TIMESTAMP, second)).isEqualTo(children);
        assertThat(listed(ShardFilterType.AT_LATEST, null)).isEqualTo(children);
        assertThat(listed(ShardFilterType.FROM_TRIM_HORIZON, null)).hasSize(3);
        assertThat(listed(ShardFilterType.FROM_TIMESTAMP, second.plusSeconds(1)))
                .isEqualTo(children);
        assertThat(now(kinesis.listShards(l -> l.streamARN(kinesis.arn())
                                .shardFilter(f ->
                                        f.type(ShardFilterType.AFTER_SHARD_ID).shardId(shard))))
                        .shards())
                .extracting(Shard::shardId)
                .isEqualTo(children);
        clock.advance(Duration.ofHours(24));
        assertThat(listed(ShardFilterType.AT_TRIM_HORIZON, null)).isEqualTo(children);
    }

    private List<String> listed(ShardFilterType type, Instant time) {
        return now(kinesis.listShards(l ->
                        l.streamARN(kinesis.arn()).shardFilter(f -> f.type(type).timestamp(time))))
                .shards()
                .stream()
                .map(Shard::shardId)
                .toList();
    }

    @Test
    void theSummaryCountsTheOpenShards() {
        kinesis.split(shard);

        var summary = now(kinesis.describeStreamSummary(d -> d.streamName("orders-changes")))
                .streamDescriptionSummary();

        assertThat(summary.openShardCount()).isEqualTo(2);
        assertThat(summary.streamARN()).isEqualTo(kinesis.arn());
        assertThat(summary.streamStatusAsString()).isEqualTo("ACTIVE");
        assertThat(summary.retentionPeriodHours()).isEqualTo(24);
    }

    @Test
    void whatDoesNotExistIsNotFoundAndTheFutureFails() {
        assertThat(kinesis.describeStreamSummary(d -> d.streamName("other"))).isCompletedExceptionally();
        assertThatThrownBy(() -> now(kinesis.describeStreamSummary(d -> d.streamName("other"))))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> now(kinesis.listShards(l -> l.streamName("other"))))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> iterator(g -> g.shardId("shardId-000000000099").shardIteratorType("LATEST")))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> page("garbage")).isInstanceOf(InvalidArgumentException.class);
        kinesis.failNext(FakeKinesis.LIST_SHARDS, 1, KinesisErrors::limitExceeded);
        assertThat(kinesis.listShards(l -> l.streamARN(kinesis.arn()))).isCompletedExceptionally();
        assertThat(kinesis.listShards(l -> l.streamARN(kinesis.arn()))).isCompleted();
    }
}
