package dev.lockstep.streams.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.streams.kcl.WorkerSettings.Start;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an application with a logger at INFO would keep. */
class LogsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Rig rig = new Rig();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void noLogHoldsAnItemsValueEvenWhereProcessingFails() throws IOException {
        rig.putAll("key-" + Captured.CANARY, 50);
        Path log = folder.resolve("log");
        try (ChildProcess child = new ChildProcess(rig, "job", Start.TRIM_HORIZON, "fail", log)) {
            await().atMost(PATIENCE).until(() -> child.said("ended"));
            assertThat(child.lines())
                    .anyMatch(line -> line.startsWith("failed"))
                    .noneMatch(this::hasValue);
        }
        String logged = Files.readString(log);
        assertThat(logged).contains("software.amazon.kinesis");
        assertThat(hasValue(logged)).isFalse();
    }

    private boolean hasValue(String text) {
        return text.contains(Captured.CANARY);
    }
}
