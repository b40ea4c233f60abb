package dev.lockstep.local.streams;

import static dev.lockstep.local.streams.Reading.drain;
import static dev.lockstep.local.streams.Reading.item;
import static dev.lockstep.local.streams.Reading.iterator;
import static dev.lockstep.local.streams.Reading.key;
import static dev.lockstep.local.streams.Reading.page;
import static dev.lockstep.local.streams.Reading.shards;
import static dev.lockstep.local.streams.Reading.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** What tests do to the fake, and learn from it. */
class FakeStreamsControlsTest {
    private final ManualClock clock = new ManualClock(Instant.parse("2026-03-01T10:00:00Z"));
    private final FakeStreams streams =
            FakeStreams.builder().clock(clock).limits(false).shards(2).build();
    private final String arn = streams.arn();
    private final String one = streams.openShards().get(0);
    private final String two = streams.openShards().get(1);

    private String start(String shard) {
        return iterator(streams, arn, shard, ShardIteratorType.TRIM_HORIZON);
    }

    @Test
    void theContentsAreTheItemsByKey() {
        streams.put(item("a", "1"));
        streams.put(item("a", "2"));
        streams.put(item("b", "1"));
        streams.delete(key("b"));

        assertThat(streams.contents()).isEqualTo(Map.of(key("a"), item("a", "2")));
    }

    @Test
    void aKeyMayHaveTwoAttributesAndOneSpellingOfNumbers() {
        FakeStreams sorted =
                FakeStreams.builder().keys("pk", "at").limits(false).build();
        AttributeValue pk = AttributeValue.fromN("7.0");
        sorted.put(Map.of("pk", pk, "at", AttributeValue.fromN("1.0"), "v", AttributeValue.fromS("x")));
        sorted.put(Map.of("pk", pk, "at", AttributeValue.fromN("2"), "v", AttributeValue.fromS("y")));

        assertThat(sorted.delete(Map.of("pk", AttributeValue.fromN("7"), "at", AttributeValue.fromN("1"))))
                .isTrue();
        assertThat(sorted.contents()).hasSize(1);
        var said = sorted.describeStream(d -> d.streamArn(sorted.arn())).streamDescription();
        assertThat(said.keySchema()).extracting(k -> k.keyTypeAsString()).containsExactly("HASH", "RANGE");
        var records = drain(sorted, sorted.arn(), sorted.shardOf(Map.of("pk", pk, "at", AttributeValue.fromN("2"))));
        assertThat(records)
                .hasSize(3)
                .allSatisfy(r -> assertThat(r.dynamodb().keys()).containsOnlyKeys("pk", "at"));
        assertThatThrownBy(() -> sorted.put(Map.of("pk", pk))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void plannedFailuresComeOnceEachInOrderAndOnlyWherePlanned() {
        streams.failNext(FakeStreams.GET_RECORDS, one, 2, StreamErrors::internal);
        streams.failNext(FakeStreams.DESCRIBE_STREAM, 1, StreamErrors::throttling);
        String startOfOne = start(one);

        assertThat(page(streams, start(two)).records()).isEmpty();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> page(streams, startOfOne)).isInstanceOf(InternalServerErrorException.class);
        }
        assertThat(page(streams, startOfOne).records()).isEmpty();
        assertThatThrownBy(() -> shards(streams, arn)).hasMessageContaining("Rate exceeded");
        assertThat(shards(streams, arn)).hasSize(2);
        assertThatThrownBy(() -> streams.failNext("GetRecord", 1, StreamErrors::internal))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void callsAreCountedByOperationAndShard() {
        page(streams, start(one));
        page(streams, start(one));
        page(streams, start(two));
        assertThatThrownBy(() -> page(streams, "garbage"));

        CallLog calls = streams.calls();
        assertThat(calls.count(FakeStreams.GET_RECORDS)).isEqualTo(4);
        assertThat(calls.count(FakeStreams.GET_RECORDS, one)).isEqualTo(2);
        assertThat(calls.count(FakeStreams.GET_SHARD_ITERATOR, two)).isEqualTo(1);
        assertThat(calls.all()).extracting(Call::error).containsOnlyOnce("ValidationException");
        calls.clear();
        assertThat(calls.all()).isEmpty();
    }

    @Test
    void theRateOfReadsIsTheMostInAnySpan() {
        String start = start(one);
        page(streams, start);
        clock.advance(Duration.ofMillis(900));
        page(streams, start);
        clock.advance(Duration.ofMillis(99));
        page(streams, start);
        clock.advance(Duration.ofMillis(1));
        page(streams, start);

        assertThat(streams.calls().mostWithin(Duration.ofSeconds(1), FakeStreams.GET_RECORDS, one))
                .isEqualTo(3);
        assertThat(streams.calls().mostWithin(Duration.ofMillis(2), FakeStreams.GET_RECORDS, one))
                .isEqualTo(2);
        assertThat(streams.calls().mostWithin(Duration.ofSeconds(1), FakeStreams.GET_RECORDS, two))
                .isZero();
    }

    @Test
    void readersOfAShardAreToldApart() {
        for (String reader : List.of("worker-1", "worker-2", "worker-3")) {
            page(streams.client(reader), start(one));
            page(streams.client(reader), start(one));
            clock.advance(Duration.ofMillis(600));
        }

        assertThat(streams.calls().mostReaders(Duration.ofSeconds(1), one)).isEqualTo(2);
        assertThat(streams.calls().mostReaders(Duration.ofMinutes(1), one)).isEqualTo(3);
        assertThat(streams.calls().mostReaders(Duration.ofMinutes(1), two)).isZero();
    }

    @Test
    void aHookSeesEachCallBeforeItIsAnswered() {
        String start = start(one);
        streams.put(itemOf(one, "1"));
        streams.beforeEachCall(call -> {
            if (call.api().equals(FakeStreams.GET_RECORDS)) {
                streams.put(itemOf(one, "2"));
            }
        });

        assertThat(values(page(streams, start).records())).containsExactly("1", "2");
    }

    private Map<String, AttributeValue> itemOf(String shard, String value) {
        for (int i = 0; ; i++) {
            if (streams.shardOf(key("k" + i)).equals(shard)) {
                return item("k" + i, value);
            }
        }
    }

    @Test
    void aClosedClientRefusesCallsAndOthersGoOn() {
        DynamoDbStreamsClient client = streams.client("worker");
        client.close();

        assertThatThrownBy(() -> shards(client, arn)).isInstanceOf(IllegalStateException.class);
        assertThat(shards(streams, arn)).hasSize(2);
        assertThat(client.serviceName()).isEqualTo("dynamodb");
    }

    @Test
    void writersReadersAndSplitsAtOnceLoseNothing() throws Exception {
        FakeStreams shared = FakeStreams.builder().limits(false).shards(2).build();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Void>> jobs = new ArrayList<>();
            for (int w = 0; w < 3; w++) {
                int writer = w;
                jobs.add(() -> {
                    for (int i = 0; i < 500; i++) {
                        shared.put(item("w" + writer + "-" + i % 20, "v" + i));
                    }
                    return null;
                });
            }
            jobs.add(() -> {
                for (int i = 0; i < 20; i++) {
                    List<String> open = shared.openShards();
                    shared.split(open.get(i % open.size()));
                    open.forEach(s -> drain(shared, shared.arn(), s));
                }
                return null;
            });
            for (Future<Void> job : threads.invokeAll(jobs)) {
                job.get();
            }
        } finally {
            threads.shutdownNow();
        }

        Set<String> seen = new HashSet<>();
        for (var shard : shards(shared, shared.arn())) {
            drain(shared, shared.arn(), shard.shardId())
                    .forEach(r -> assertThat(
                                    seen.add(r.dynamodb().keys().get("pk").s()
                                            + r.dynamodb().newImage().get("v").s()))
                            .isTrue());
        }
        assertThat(seen).hasSize(1500);
    }
}
