package dev.lockstep.streams.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.streams.kcl.WorkerSettings.Start;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamWorkerTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void allChangesComeInOrder() {
        rig.putAll("a", 3_000);
        Captured captured = new Captured();
        long began = System.nanoTime();
        Running running = new Running(rig.worker(WorkerSettings.of("job", Start.TRIM_HORIZON), captured));
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> running.ended() || !captured.ids.isEmpty());
        System.err.println("first record after ms " + (System.nanoTime() - began) / 1_000_000);
        await().atMost(Duration.ofSeconds(60)).until(() -> running.ended() || captured.ids.size() >= 3_000);

        assertThat(captured.ids)
                .isEqualTo(IntStream.range(0, 3_000).mapToObj(i -> "a" + i).toList());
        assertThat(captured.opened).hasSize(1);
        began = System.nanoTime();
        running.worker.stop();
        System.err.println("stop took ms " + (System.nanoTime() - began) / 1_000_000);
        assertThat(running.failure()).isNull();
        assertThat(captured.closed).isEqualTo(captured.opened);
    }
}
