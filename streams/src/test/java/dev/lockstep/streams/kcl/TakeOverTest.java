package dev.lockstep.streams.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.streams.kcl.WorkerSettings.Start;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Processes that are killed, with the settings for production. */
class TakeOverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    private ChildProcess child(Start from) {
        return new ChildProcess(rig, "job", from, "ok");
    }

    @Test
    void anotherProcessTakesOverFromAKilledLeaderAndNothingIsLost() {
        try (ChildProcess first = child(Start.TRIM_HORIZON)) {
            await().atMost(PATIENCE).until(() -> first.said("leader") && first.said("opened"));
            Captured captured = new Captured();
            Running second = new Running(rig.worker(WorkerSettings.of("job", Start.TRIM_HORIZON), captured));
            rig.putAll("a", 500);
            await().atMost(PATIENCE).until(() -> first.ids().size() + captured.ids.size() >= 500);
            rig.putAll("b", 500);
            assertThat(captured.opened).isEmpty();
            first.kill();
            long killed = System.nanoTime();
            rig.putAll("c", 500);

            await().atMost(PATIENCE).until(() -> second.ended() || captured.ids.contains("c0"));
            System.out.println("take-over from the leader took "
                    + Duration.ofNanos(System.nanoTime() - killed).toMillis() + " ms");
            await().atMost(PATIENCE).until(() -> second.ended() || captured.ids.contains("c499"));
            Set<String> processed = new HashSet<>(first.ids());
            processed.addAll(captured.ids);
            assertThat(processed).containsAll(all("a", 500)).containsAll(all("b", 500));
            assertThat(captured.ids.subList(captured.ids.lastIndexOf("c0"), captured.ids.size()))
                    .isEqualTo(all("c", 500));
        }
    }

    @Test
    void theLeaderTakesBackTheShardOfAKilledProcessAndNothingIsLost() {
        Captured captured = new Captured();
        Running leader = new Running(rig.worker(WorkerSettings.of("job", Start.TRIM_HORIZON), captured));
        await().atMost(PATIENCE).until(() -> leader.worker.status().leader() && !captured.opened.isEmpty());
        Set<String> processed = new HashSet<>();
        try (ChildProcess second = child(Start.TRIM_HORIZON)) {
            await().atMost(PATIENCE).until(() -> second.said("worker "));
            rig.assign("job", second.worker());
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(second.lines()).anyMatch(line -> line.startsWith("opened")));
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(captured.closed).hasSize(1));
            rig.putAll("a", 500);
            await().atMost(PATIENCE).until(() -> second.ids().size() >= 500);
            rig.putAll("b", 500);
            second.kill();
            processed.addAll(second.ids());
        }
        long killed = System.nanoTime();
        rig.putAll("c", 500);
        await().atMost(PATIENCE).until(() -> leader.ended() || captured.ids.contains("c0"));
        System.out.println("take-over by the leader took "
                + Duration.ofNanos(System.nanoTime() - killed).toMillis() + " ms");
        await().atMost(PATIENCE).until(() -> leader.ended() || captured.ids.contains("c499"));
        processed.addAll(captured.ids);
        assertThat(processed).containsAll(all("a", 500)).containsAll(all("b", 500));
        assertThat(captured.ids.subList(captured.ids.lastIndexOf("c0"), captured.ids.size()))
                .isEqualTo(all("c", 500));
    }

    @Test
    void aProcessThatIsToldToEndFinishesAndHandsOver() {
        try (ChildProcess first = child(Start.TRIM_HORIZON)) {
            rig.putAll("a", 100);
            await().atMost(PATIENCE).until(() -> first.ids().size() >= 100);
            first.terminate();
            await().atMost(PATIENCE).until(() -> !first.alive());
            await().atMost(PATIENCE).until(() -> first.said("closed") && first.said("ended"));
        }
        rig.putAll("b", 100);
        Captured next = new Captured();
        Running second = new Running(rig.worker(WorkerSettings.of("job", Start.TRIM_HORIZON), next));
        await().atMost(PATIENCE).until(() -> second.ended() || next.ids.size() >= 100);
        assertThat(next.ids).isEqualTo(all("b", 100));
    }

    @Test
    void whatIsWrittenWhileNobodyRunsComesAlthoughTheNameBeganWithTheNewest() {
        rig.putAll("before", 10);
        try (ChildProcess first = child(Start.LATEST)) {
            await().atMost(PATIENCE).until(() -> first.said("opened"));
            first.kill();
            assertThat(first.ids()).isEmpty();
        }
        rig.putAll("a", 3);
        Captured captured = new Captured();
        Running second = new Running(rig.worker(WorkerSettings.of("job", Start.LATEST), captured));

        await().atMost(PATIENCE).until(() -> second.ended() || captured.ids.containsAll(all("a", 3)));
        assertThat(second.ended()).isFalse();
    }

    private static List<String> all(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }
}
