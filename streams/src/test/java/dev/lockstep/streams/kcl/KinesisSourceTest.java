package dev.lockstep.streams.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.LockstepException;
import dev.lockstep.local.streams.FakeKinesis;
import dev.lockstep.streams.kcl.WorkerSettings.Start;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class KinesisSourceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Rig rig = new Rig();
    private final FakeKinesis stream = FakeKinesis.builder().table("orders").stream("changes")
            .keys("id")
            .shards(2)
            .build();
    private final Captured captured = new Captured();

    @AfterEach
    void close() {
        rig.close();
    }

    private Running start(Start from) {
        return new Running(
                rig.worker(new KinesisSource(stream, stream.arn()), WorkerSettings.of("job", from), captured));
    }

    private void put(String id, int version) {
        stream.put(Map.of("id", AttributeValue.fromS(id), "version", AttributeValue.fromN(Integer.toString(version))));
    }

    private void awaitIds(Running running, int count) {
        await().atMost(PATIENCE).until(() -> running.ended() || captured.ids.size() >= count);
    }

    @Test
    void allChangesComeAcrossASplitEachItemsInOrder() {
        Running running = start(Start.TRIM_HORIZON);
        Map<String, List<Integer>> expected = new HashMap<>();
        for (int version = 0; version < 3; version++) {
            for (int item = 0; item < 100; item++) {
                put("i" + item, version);
                expected.put("i" + item, List.of(0, 1, 2));
            }
            stream.split(stream.openShards().get(0));
        }
        awaitIds(running, 300);

        assertThat(running.ended()).isFalse();
        assertThat(captured.versions()).isEqualTo(expected);
    }

    @Test
    void aStoppedWorkerGoesOnWhereItWas() {
        put("a", 0);
        Running first = start(Start.TRIM_HORIZON);
        awaitIds(first, 1);
        first.worker.stop();
        assertThat(first.failure()).isNull();
        put("b", 0);
        awaitIds(start(Start.TRIM_HORIZON), 2);

        assertThat(captured.ids).containsExactly("a", "b");
    }

    @Test
    void whatIsWrittenWhileNobodyRunsComesAlthoughTheNameBeganWithTheNewest() {
        Running first = start(Start.LATEST);
        await().atMost(PATIENCE).until(() -> first.ended() || first.worker.everyShardIsRead());
        first.worker.stop();
        put("a", 0);
        awaitIds(start(Start.LATEST), 1);

        assertThat(captured.ids).containsExactly("a");
    }

    @Test
    void anUnknownStreamIsToldAtTheStart() {
        String arn = stream.arn().replace("changes", "nosuch");
        Running running = new Running(
                rig.worker(new KinesisSource(stream, arn), WorkerSettings.of("job", Start.TRIM_HORIZON), captured));
        assertThat(running.failure()).isInstanceOf(LockstepException.class).hasMessageContaining("no such stream");
    }
}
