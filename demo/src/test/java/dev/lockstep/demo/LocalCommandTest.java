package dev.lockstep.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.cli.Main;
import dev.lockstep.local.LocalDynamo;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LocalCommandTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void itsTablesAnswerUntilItIsInterrupted() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Captured out = new Captured()) {
            Future<Integer> status = thread.submit(() -> Main.run("local", "--items", "300", "--damage", "--quiet"));
            await().atMost(PATIENCE).until(() -> out.text().lines().count() == 3);
            List<String> tables = out.text()
                    .lines()
                    .limit(2)
                    .map(endpoint -> "localhost:" + URI.create(endpoint).getPort() + "/orders")
                    .toList();

            assertThat(Main.run("diff", tables.get(0), tables.get(1), "--settle", "0s"))
                    .isEqualTo(1);
            assertThat(out.text()).contains("missing              12", "different            11");
            String s3 = out.text().lines().skip(2).findFirst().orElseThrow();
            assertThat(Main.run("copy", tables.get(0), "s3://lockstep/backup", "--s3-endpoint", s3))
                    .isZero();
            assertThat(out.text()).contains("copied 300 items", "s3://lockstep/backup/orders");

            assertThat(status.isDone()).isFalse();
            thread.shutdownNow();
            assertThat(status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(130);
            assertThat(Main.run("diff", tables.get(0), tables.get(1), "--max-retries", "0"))
                    .isEqualTo(3);
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void itSaysWhatToTryAndLeavesTheReplicaEmpty() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Captured out = new Captured()) {
            Future<Integer> status = thread.submit(() -> Main.run("local", "--items", "3"));
            await().atMost(PATIENCE).until(() -> out.text().contains("Ctrl-C"));

            assertThat(out.text()).contains("3 orders", "empty", "./lockstep copy localhost:", "./lockstep item diff");
            assertThat(out.text())
                    .contains("bucket   s3://lockstep at http://127.0.0.1:", "--s3-endpoint http://127.0.0.1:");
            thread.shutdownNow();
            assertThat(status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(130);
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void aTakenPortIsAWrongCommandLine() {
        try (LocalDynamo taken = LocalDynamo.start()) {
            for (String option : List.of("--port", "--replica-port", "--s3-port")) {
                assertThat(Main.run("local", option, String.valueOf(taken.port())))
                        .as(option)
                        .isEqualTo(2);
            }
        }
    }
}
