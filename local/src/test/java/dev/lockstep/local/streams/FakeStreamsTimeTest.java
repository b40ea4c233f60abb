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

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;

/** What passes with time, which DynamoDB Local cannot show. The rules are those of AWS's API reference and developer guide. */
class FakeStreamsTimeTest {
    private final ManualClock clock = new ManualClock(Instant.parse("2026-03-01T10:00:00.900Z"));
    private final FakeStreams streams = FakeStreams.builder().clock(clock).build();
    private final String arn = streams.arn();
    private final String shard = streams.openShards().get(0);

    private String start() {
        return iterator(streams, arn, shard, ShardIteratorType.TRIM_HORIZON);
    }

    /** Rule: ApproximateCreationDateTime is "rounded down to the closest second". */
    @Test
    void theTimeOfARecordIsCutToTheSecond() {
        streams.put(item("a", "1"));
        clock.advance(Duration.ofMillis(100));
        streams.put(item("a", "2"));

        assertThat(drain(streams, arn, shard))
                .extracting(r -> r.dynamodb().approximateCreationDateTime())
                .containsExactly(Instant.parse("2026-03-01T10:00:00Z"), Instant.parse("2026-03-01T10:00:01Z"));
    }

    /** Rule: what TTL deletes has the user identity of the service. */
    @Test
    void anExpiryIsARemovalByTheService() {
        streams.put(item("a", "1"));

        assertThat(streams.expire(key("a"))).isTrue();
        assertThat(streams.expire(key("a"))).isFalse();

        assertThat(drain(streams, arn, shard)).hasSize(2).last().satisfies(r -> {
            assertThat(r.eventNameAsString()).isEqualTo("REMOVE");
            assertThat(r.dynamodb().oldImage()).isEqualTo(item("a", "1"));
            assertThat(r.userIdentity().type()).isEqualTo("Service");
            assertThat(r.userIdentity().principalId()).isEqualTo("dynamodb.amazonaws.com");
        });
        assertThat(streams.contents()).isEmpty();
    }

    /** Rule: "A shard iterator expires 15 minutes after it is returned to the requester." */
    @Test
    void anIteratorExpiresAfterFifteenMinutes() {
        streams.put(item("a", "1"));
        String start = start();

        clock.advance(Duration.ofMinutes(15).minusMillis(1));
        String next = page(streams, start).nextShardIterator();
        clock.advance(Duration.ofMillis(1));

        assertThatThrownBy(() -> page(streams, start)).isInstanceOf(ExpiredIteratorException.class);
        assertThat(page(streams, next).records()).isEmpty();
    }

    @Test
    void allIteratorsCanBeMadeToExpireAtOnce() {
        String before = start();
        streams.expireIterators();

        assertThatThrownBy(() -> page(streams, before)).isInstanceOf(ExpiredIteratorException.class);
        assertThat(page(streams, start()).records()).isEmpty();
    }

    /** Rule: records whose age exceeds 24 hours are removed; TRIM_HORIZON starts at the oldest that is left. */
    @Test
    void recordsAreTrimmedAfterADay() {
        streams.put(item("a", "1"));
        clock.advance(Duration.ofHours(1));
        streams.put(item("a", "2"));

        clock.advance(Duration.ofHours(23).minusMillis(1));
        assertThat(values(page(streams, start()).records())).containsExactly("1", "2");
        clock.advance(Duration.ofMillis(1));

        assertThat(values(page(streams, start()).records())).containsExactly("2");
    }

    /** Rule: TrimmedDataAccessException when "you request a shard iterator with a sequence number older than the trim point". */
    @Test
    void aTrimmedSequenceNumberIsNoPlaceToBegin() {
        streams.put(item("a", "1"));
        clock.advance(Duration.ofHours(1));
        streams.put(item("a", "2"));
        List<String> numbers = sequences(drain(streams, arn, shard));
        clock.advance(Duration.ofHours(23));

        for (ShardIteratorType type :
                List.of(ShardIteratorType.AT_SEQUENCE_NUMBER, ShardIteratorType.AFTER_SEQUENCE_NUMBER)) {
            assertThatThrownBy(() -> iterator(streams, arn, shard, type, numbers.get(0)))
                    .isInstanceOf(TrimmedDataAccessException.class);
        }
        String at = iterator(streams, arn, shard, ShardIteratorType.AT_SEQUENCE_NUMBER, numbers.get(1));
        assertThat(values(page(streams, at).records())).containsExactly("2");
    }

    /** Rule: the same when "you obtain a shard iterator, but before you use it" a record at its place is trimmed. */
    @Test
    void anIteratorThatWaitedMayPointToTrimmedRecords() {
        streams.put(item("a", "1"));
        clock.advance(Duration.ofHours(24).minusMinutes(1));
        String start = start();
        String latest = iterator(streams, arn, shard, ShardIteratorType.LATEST);
        clock.advance(Duration.ofMinutes(1));

        assertThatThrownBy(() -> page(streams, start)).isInstanceOf(TrimmedDataAccessException.class);
        assertThat(page(streams, latest).records()).isEmpty();
    }

    @Test
    void recordsCanBeTrimmedOnRequest() {
        streams.put(item("a", "1"));
        String start = start();
        clock.advance(Duration.ofSeconds(10));
        streams.put(item("a", "2"));
        streams.trim(Duration.ofSeconds(10));

        assertThatThrownBy(() -> page(streams, start)).isInstanceOf(TrimmedDataAccessException.class);
        assertThat(values(page(streams, start()).records())).containsExactly("2");
    }

    /** Rule: five GetRecords a second and shard. */
    @Test
    void theSixthReadInASecondIsRefused() {
        String start = start();
        for (int i = 0; i < 5; i++) {
            page(streams, start);
            clock.advance(Duration.ofMillis(100));
        }

        assertThatThrownBy(() -> page(streams, start)).isInstanceOf(LimitExceededException.class);
        clock.advance(Duration.ofMillis(500));
        page(streams, start);
        assertThatThrownBy(() -> page(streams, start)).isInstanceOf(LimitExceededException.class);

        assertThat(streams.calls().count(FakeStreams.GET_RECORDS, shard)).isEqualTo(8);
        assertThat(streams.calls().all().stream().filter(c -> c.error().equals("LimitExceededException")))
                .hasSize(2);
    }

    @Test
    void shardsHaveTheirLimitsEach() {
        FakeStreams two = FakeStreams.builder().clock(clock).shards(2).build();
        for (String each : two.openShards()) {
            String start = iterator(two, two.arn(), each, ShardIteratorType.TRIM_HORIZON);
            for (int i = 0; i < 5; i++) {
                page(two, start);
            }
        }

        assertThat(two.calls().all()).allMatch(Call::answered);
    }

    @Test
    void throttlingMayComeWithoutAClassOfItsOwn() {
        FakeStreams other = FakeStreams.builder()
                .clock(clock)
                .throttling(Throttling.THROTTLING)
                .build();
        String start = iterator(other, other.arn(), other.openShards().get(0), ShardIteratorType.LATEST);
        for (int i = 0; i < 5; i++) {
            page(other, start);
        }

        DynamoDbException error = catchThrowableOfType(DynamoDbException.class, () -> page(other, start));

        assertThat(error).isExactlyInstanceOf(DynamoDbException.class);
        assertThat(error.awsErrorDetails().errorCode()).isEqualTo("ThrottlingException");
        assertThat(error.isThrottlingException()).isTrue();
    }

    /** Rules: at most 1 MB a page, and 2 MB a second and shard. */
    @Test
    void aPageHasAtMostAMegabyteAndAShardGivesTwoASecond() {
        String value = "x".repeat(300_000);
        for (int i = 0; i < 12; i++) {
            streams.put(item("k" + i, value));
        }
        String start = start();

        assertThat(page(streams, start).records()).hasSize(3);
        page(streams, start);
        page(streams, start);
        assertThatThrownBy(() -> page(streams, start)).isInstanceOf(LimitExceededException.class);

        clock.advance(Duration.ofSeconds(1));
        assertThat(page(streams, start).records()).hasSize(3);
    }

    @Test
    void aPageHasOneRecordAtLeastHoweverLarge() {
        String value = "x".repeat(600_000);
        streams.put(item("a", value + "1"));
        streams.put(item("a", value + "2"));
        streams.put(item("a", value + "3"));

        var first = page(streams, start());
        var second = page(streams, first.nextShardIterator());

        assertThat(first.records()).hasSize(1);
        assertThat(second.records()).hasSize(1);
    }

    /** Rule: "You can call DescribeStream at a maximum rate of 10 times per second." */
    @Test
    void theEleventhDescriptionInASecondIsRefused() {
        for (int i = 0; i < 10; i++) {
            shards(streams, arn);
        }

        DynamoDbException error = catchThrowableOfType(DynamoDbException.class, () -> shards(streams, arn));
        assertThat(error.awsErrorDetails().errorCode()).isEqualTo("ThrottlingException");
        clock.advance(Duration.ofSeconds(1));
        shards(streams, arn);
    }

    /** LimitExceededException: "GetRecords was called with a value of more than 1000 for the limit request parameter." */
    @Test
    void moreThanAThousandRecordsCannotBeAskedFor() {
        String start = start();

        assertThatThrownBy(() -> streams.getRecords(g -> g.shardIterator(start).limit(1001)))
                .isInstanceOf(LimitExceededException.class);
    }

    /** Rule: a disabled stream's data "will continue to be readable for 24 hours". */
    @Test
    void aDisabledStreamIsGoneAfterADay() {
        streams.put(item("a", "1"));
        streams.disable();

        clock.advance(Duration.ofHours(24).minusMillis(1));
        assertThat(values(page(streams, start()).records())).containsExactly("1");
        clock.advance(Duration.ofMillis(1));

        assertThatThrownBy(this::start).isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> shards(streams, arn)).isInstanceOf(ResourceNotFoundException.class);
        assertThat(streams.listStreams().streams()).isEmpty();
    }

    /** Rule: a stream enabled again has a new descriptor, however little time lies between. */
    @Test
    void aStreamEnabledAgainAtOnceHasAnotherArn() {
        streams.disable();

        assertThat(streams.enable(StreamViewType.KEYS_ONLY)).isNotEqualTo(arn);
        assertThat(arn).matches("arn:aws:dynamodb:us-east-1:\\d{12}:table/orders/stream/2026-03-01T10:00:00\\.900");
        assertThatThrownBy(() -> streams.enable(StreamViewType.KEYS_ONLY)).isInstanceOf(IllegalStateException.class);
    }

    /** Rule: StreamStatus is ENABLING, ENABLED, DISABLING or DISABLED. */
    @Test
    void enablingAndDisablingMayTakeTime() {
        FakeStreams slow = FakeStreams.builder()
                .clock(clock)
                .transition(Duration.ofSeconds(5))
                .build();
        slow.put(item("a", "1"));
        assertThat(status(slow)).isEqualTo(StreamStatus.ENABLING);
        assertThat(shards(slow, slow.arn())).isEmpty();

        clock.advance(Duration.ofSeconds(5));
        String slowArn = slow.arn();
        slow.put(item("a", "2"));
        assertThat(status(slow)).isEqualTo(StreamStatus.ENABLED);
        assertThat(values(drain(slow, slowArn, shards(slow, slowArn).get(0).shardId())))
                .containsExactly("2");

        slow.disable();
        assertThat(status(slow, slowArn)).isEqualTo(StreamStatus.DISABLING);
        clock.advance(Duration.ofSeconds(5));
        assertThat(status(slow, slowArn)).isEqualTo(StreamStatus.DISABLED);
    }

    private static StreamStatus status(FakeStreams streams) {
        return status(streams, streams.arn());
    }

    private static StreamStatus status(FakeStreams streams, String arn) {
        return streams.describeStream(d -> d.streamArn(arn)).streamDescription().streamStatus();
    }
}
