package dev.lockstep.streams.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.LockstepException;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.local.streams.Call;
import dev.lockstep.local.streams.FakeStreams;
import dev.lockstep.local.streams.ManualClock;
import dev.lockstep.streams.kcl.WorkerSettings.Start;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** Splits, rollovers, trimming, streams that go away: what DynamoDB Local never does. */
class LineageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ManualClock clock = new ManualClock(Instant.now());
    private final FakeRig fake = new FakeRig(clock);
    private final Captured captured = new Captured();

    @AfterEach
    void close() {
        fake.close();
    }

    private WorkerSettings settings() {
        return WorkerSettings.of(fake.name, Start.TRIM_HORIZON).withPoll(Duration.ofMillis(50), Duration.ofMillis(20));
    }

    private void awaitIds(Running running, int count) {
        await().atMost(PATIENCE).until(() -> running.ended() || captured.ids.size() >= count);
    }

    private String shardOf(String id) {
        return fake.streams.shardOf(Map.of("id", AttributeValue.fromS(id)));
    }

    @Test
    void eachItemsChangesComeInOrderAcrossSplitsAndRollovers() {
        int versions = 5;
        int items = 40;
        Running running = fake.start(settings(), captured);
        for (int version = 0; version < versions; version++) {
            for (int item = 0; item < items; item++) {
                fake.put("i" + item + "#" + version, version);
                fake.put("i" + item, version);
            }
            fake.streams.split(fake.streams.openShards().get(0));
            fake.streams.rollOver(fake.streams.openShards().get(1));
        }
        awaitIds(running, 2 * versions * items);

        assertThat(running.ended()).isFalse();
        Map<String, List<Integer>> seen = captured.versions();
        Map<String, List<Integer>> expected = new HashMap<>();
        for (int item = 0; item < items; item++) {
            expected.put("i" + item, List.of(0, 1, 2, 3, 4));
        }
        seen.keySet().removeIf(id -> id.contains("#"));
        assertThat(seen).isEqualTo(expected);
    }

    @Test
    void aChildWaitsUntilItsParentIsProcessed() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        String parent = fake.streams.openShards().get(0);
        fake.put("old", 0);
        fake.streams.split(parent);
        fake.put("new", 0);
        fake.put("newer", 0);
        ShardWork work = new ShardWork() {
            @Override
            public void process(String shardId, List<StreamRecord> records) {
                if (shardId.equals(parent)) {
                    held.countDown();
                    awaitQuietly(release);
                }
                captured.process(shardId, records);
            }
        };
        Running running = fake.start(settings(), work);
        held.await();
        // Its children's leases exist and are held long before the parent is done.
        await().atMost(PATIENCE).until(() -> running.worker.everyShardIsRead());
        await().during(Duration.ofSeconds(3)).until(() -> captured.ids.isEmpty());

        release.countDown();
        awaitIds(running, 3);
        assertThat(captured.ids.get(0)).isEqualTo("old");
        assertThat(captured.ids).containsExactlyInAnyOrder("old", "new", "newer");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void trimmedChangesEndTheWorker() {
        fake.put("a", 0);
        Running first = fake.start(settings(), captured);
        awaitIds(first, 1);
        first.worker.stop();
        fake.put("lost", 0);
        clock.advance(Duration.ofHours(25));
        fake.put("kept", 0);

        Running second = fake.start(settings(), captured);

        assertThat(second.failure())
                .isInstanceOf(LostChangesException.class)
                .hasMessageContaining("lost")
                .hasMessageContaining("since sequence number")
                .hasMessageContaining("lockstep diff PRIMARY REPLICA --repair");
        assertThat(captured.ids).containsExactly("a");
    }

    @Test
    void changesThatAreTrimmedWhileTheDestinationIsAwayEndTheWorker() {
        CountDownLatch never = new CountDownLatch(1);
        ShardWork blocked = (shard, records) -> awaitQuietly(never);
        for (int i = 0; i < 5_000; i++) {
            fake.put("a" + i, 0);
        }
        Running running = fake.start(
                settings()
                        .withWatch(Duration.ofMillis(200), Duration.ofMinutes(2))
                        .withGrace(Duration.ofSeconds(1)),
                blocked);
        await().atMost(PATIENCE)
                .until(() ->
                        running.ended() || !running.worker.status().shards().isEmpty());
        String shard = fake.streams.openShards().get(0);
        fake.streams.rollOver(shard);
        clock.advance(Duration.ofHours(60));

        assertThat(running.failure()).isInstanceOf(LostChangesException.class).hasMessageContaining(shard);
    }

    @Test
    void changesThatAreTrimmedBeforeAnyOfTheirShardWasReadEndTheWorker() {
        fake.put("a", 0);
        Running first = fake.start(settings(), captured);
        awaitIds(first, 1);
        String parent = fake.streams.openShards().get(0);
        fake.streams.rollOver(parent);
        LeaseTable leases = new LeaseTable(fake.rig.leases, fake.name);
        await().atMost(PATIENCE)
                .until(() -> "SHARD_END".equals(leases.rows().positions().get(parent)));
        first.worker.stop();
        fake.put("lost", 0);
        clock.advance(Duration.ofHours(23));
        fake.put("kept", 0);
        clock.advance(Duration.ofHours(2));

        Running second = fake.start(settings(), captured);
        assertThat(second.failure()).isInstanceOf(LostChangesException.class).hasMessageContaining("beginning");
        assertThat(captured.ids).containsExactly("a");
    }

    @Test
    void theOldestChangesMayGoWhileANameBegins() {
        fake.put("gone", 0);
        clock.advance(Duration.ofHours(23));
        fake.put("kept", 0);
        // The iterator is taken while the change is there, and used when it is not.
        fake.streams.beforeEachCall(call -> {
            if (call.api().equals(FakeStreams.GET_RECORDS)) {
                fake.streams.beforeEachCall(any -> {});
                clock.advance(Duration.ofHours(2));
            }
        });
        Running running = fake.start(settings(), captured);
        awaitIds(running, 1);

        assertThat(captured.ids).containsExactly("kept");
        assertThat(running.ended()).isFalse();
    }

    @Test
    void leasesOfAShardThatIsGoneAreKeptAsEvidence() {
        fake.put("a", 0);
        Running first = fake.start(settings(), captured);
        awaitIds(first, 1);
        first.worker.stop();
        String shard = shardOf("a");
        fake.put("lost", 0);
        fake.streams.rollOver(shard);
        clock.advance(Duration.ofHours(60));
        fake.put("kept", 0);

        for (int i = 0; i < 2; i++) {
            assertThat(fake.start(settings(), captured).failure()).isInstanceOf(LostChangesException.class);
        }
        assertThat(new LeaseTable(fake.rig.leases, fake.name).rows().positions())
                .containsKey(shard);
        assertThat(captured.ids).containsExactly("a");
    }

    @Test
    void anExpiredIteratorIsRenewedAfterTheLastRecord() {
        fake.put("a", 0);
        Running running = fake.start(settings(), captured);
        awaitIds(running, 1);
        fake.streams.expireIterators();
        fake.put("b", 0);
        awaitIds(running, 2);

        assertThat(captured.ids).containsExactly("a", "b");
    }

    @Test
    void anIteratorThatExpiresBeforeAnyRecordDoesNotPassOverChanges() {
        Running running = fake.start(WorkerSettings.of(fake.name, Start.LATEST), captured);
        await().atMost(PATIENCE).until(() -> running.worker.everyShardIsRead());
        fake.streams.beforeEachCall(call -> {
            if (call.api().equals(FakeStreams.GET_RECORDS)) {
                fake.streams.expireIterators();
                fake.streams.beforeEachCall(any -> {});
                fake.put("between", 0);
            }
        });
        awaitIds(running, 1);

        assertThat(captured.ids).containsExactly("between");
    }

    @Test
    void aStreamThatIsSwitchedOffEndsTheWorkerAndKeepsItsLeases() {
        fake.put("a", 0);
        Running running = fake.start(settings().withWatch(Duration.ofMillis(200), Duration.ofMinutes(2)), captured);
        awaitIds(running, 1);
        String arn = fake.streams.arn();
        fake.streams.disable();

        assertThat(running.failure())
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining(arn)
                .hasMessageContaining("DISABLED")
                .hasMessageContaining("another --name");
        assertThat(new LeaseTable(fake.rig.leases, fake.name).rows().positions().values())
                .noneMatch(position -> position.equals("SHARD_END"))
                .isNotEmpty();
    }

    @Test
    void aStreamThatIsGoneEndsTheWorkerAndKeepsItsLeases() {
        fake.put("a", 0);
        String arn = fake.streams.arn();
        Running running = fake.start(settings().withWatch(Duration.ofMillis(200), Duration.ofMinutes(2)), captured);
        awaitIds(running, 1);
        fake.streams.disable();
        clock.advance(Duration.ofHours(30));
        fake.streams.enable(StreamViewType.NEW_AND_OLD_IMAGES);

        assertThat(running.failure()).isInstanceOf(LockstepException.class).hasMessageContaining(arn);
        assertThat(new LeaseTable(fake.rig.leases, fake.name).rows().positions().values())
                .noneMatch(position -> position.equals("SHARD_END"))
                .isNotEmpty();
    }

    @Test
    void aShardIsReadAtMostFourTimesASecondAndAtItsTipHalfAsOften() {
        FakeStreams streams = FakeStreams.builder().table("paced").keys("id").build();
        for (int i = 0; i < 3_000; i++) {
            streams.put(Map.of("id", AttributeValue.fromS("a" + i), "version", AttributeValue.fromN("0")));
        }
        WorkerSettings defaults = WorkerSettings.of("paced", Start.TRIM_HORIZON);
        Running running =
                new Running(fake.rig.worker(new DynamoStreamSource(streams, streams.arn()), defaults, captured));
        awaitIds(running, 3_000);
        await().atMost(PATIENCE).until(() -> running.worker.atTip());
        List<Instant> full = reads(streams).subList(0, 3);
        streams.calls().clear();
        await().atMost(PATIENCE).until(() -> reads(streams).size() > 4);

        assertThat(gaps(full)).allMatch(gap -> gap.compareTo(defaults.catchUp()) >= 0);
        assertThat(gaps(reads(streams))).allMatch(gap -> gap.compareTo(defaults.poll()) >= 0);
        assertThat(streams.calls().all()).allMatch(Call::answered);
    }

    private static List<Instant> reads(FakeStreams streams) {
        return streams.calls().all().stream()
                .filter(call -> call.api().equals(FakeStreams.GET_RECORDS))
                .map(Call::at)
                .toList();
    }

    private static List<Duration> gaps(List<Instant> times) {
        return IntStream.range(1, times.size())
                .mapToObj(i -> Duration.between(times.get(i - 1), times.get(i)).plusMillis(1))
                .toList();
    }
}
