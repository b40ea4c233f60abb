package dev.lockstep.streams.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.streams.FakeStreams;
import dev.lockstep.streams.kcl.WorkerSettings.Start;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class PrefetchTest {
    @Test
    void aFullMemoryKeepsShardsFromReadingAheadButNoneFromReading() throws InterruptedException {
        Prefetch prefetch = new Prefetch(100, 2);
        Prefetch.Shard greedy = prefetch.shard();
        Prefetch.Shard late = prefetch.shard();
        greedy.read(500);
        assertThat(late.awaitRoom()).isTrue();
        late.read(10);

        Thread waiting = waiting(greedy);
        await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        greedy.processed();
        waiting.join();
        assertThat(prefetch.held()).isEqualTo(10);
        late.clear();
        assertThat(prefetch.held()).isZero();
    }

    @Test
    void aShardHoldsNoMoreThanItsAnswersAhead() throws InterruptedException {
        Prefetch.Shard shard = new Prefetch(1_000_000, 2).shard();
        shard.read(1);
        assertThat(shard.awaitRoom()).isTrue();
        shard.read(1);
        Thread waiting = waiting(shard);
        await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
        shard.processed();
        waiting.join();
    }

    private static Thread waiting(Prefetch.Shard shard) {
        Thread thread = new Thread(() -> {
            try {
                while (!shard.awaitRoom()) {
                    Thread.onSpinWait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        return thread;
    }

    /** KCL would read ahead into its queue and its buffers. */
    @Test
    void aWorkerReadsOneAnswerAheadOfTheOneInHand() throws InterruptedException {
        try (Rig rig = new Rig()) {
            FakeStreams streams = FakeStreams.builder()
                    .table("orders")
                    .keys("id")
                    .limits(false)
                    .build();
            for (int i = 0; i < 10_000; i++) {
                streams.put(Map.of("id", AttributeValue.fromS("a" + i), "version", AttributeValue.fromN("0")));
            }
            CountDownLatch release = new CountDownLatch(1);
            CountDownLatch inHand = new CountDownLatch(1);
            Captured captured = new Captured();
            WorkerSettings settings =
                    WorkerSettings.of("job", Start.TRIM_HORIZON).withPoll(Duration.ofMillis(20), Duration.ofMillis(10));
            Running running = new Running(
                    rig.worker(new DynamoStreamSource(streams, streams.arn()), settings, (shard, records) -> {
                        inHand.countDown();
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        captured.process(shard, records);
                    }));
            inHand.await();
            await().until(() -> reads(streams) == 2);
            await().during(Duration.ofSeconds(2)).until(() -> reads(streams) == 2);
            release.countDown();
            await().atMost(Duration.ofSeconds(60)).until(() -> running.ended() || captured.ids.size() >= 10_000);
            assertThat(captured.ids).doesNotHaveDuplicates().hasSize(10_000);
        }
    }

    private static long reads(FakeStreams streams) {
        return streams.calls().all().stream()
                .filter(call -> call.api().equals(FakeStreams.GET_RECORDS))
                .count();
    }
}
