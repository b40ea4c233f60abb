package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.FaultRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own: signals, kill -9, and little memory. */
class ProcessTest {
    @TempDir
    Path folder;

    private Process start(String heap, String... args) throws IOException {
        return Jvm.lockstep(List.of("-Xmx" + heap), List.of(args))
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    private static int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
        return process.exitValue();
    }

    @Test
    void an_interrupted_run_ends_soon_with_130_and_says_so() throws Exception {
        String primary = Server.filled("primary", 500, 100);
        String replica = Server.create("replica");
        try (FaultProxy proxy = Server.proxy()) {
            Process diff = start(
                    "256m",
                    "diff",
                    Server.at(proxy.endpoint(), primary),
                    Server.ref(replica),
                    "--settle",
                    "1h",
                    "--journal",
                    "" + folder.resolve("j"));
            await().atMost(Duration.ofSeconds(60)).until(() -> proxy.stats().requests("Scan") >= 8);
            diff.destroy();
            assertThat(end(diff)).isEqualTo(130);
            assertThat(Files.readString(folder.resolve("err")))
                    .contains("interrupted")
                    .contains("without --checkpoint FILE it begins anew")
                    .doesNotContain("to go on");
        }
    }

    @Test
    void a_repair_killed_again_and_again_ends_with_equal_tables() throws Exception {
        String primary = Server.filled("primary", 600, 100);
        String replica = Server.create("replica");
        try (FaultProxy proxy = Server.proxy()) {
            String[] repair = {
                "diff",
                Server.ref(primary),
                Server.at(proxy.endpoint(), replica),
                "--repair",
                "--settle",
                "0",
                "--parallel",
                "1",
                "--journal",
                "" + folder.resolve("j")
            };
            for (int kill = 1; kill <= 3; kill++) {
                FaultRule write = proxy.on("PutItem").skip(60).times(1).inject(Fault.hang());
                Process process = start("256m", repair);
                await().atMost(Duration.ofSeconds(60)).until(() -> write.injected() == 1 || !process.isAlive());
                assertThat(process.destroyForcibly().waitFor(30, TimeUnit.SECONDS))
                        .isTrue();
            }
            try (var journals = Files.list(folder.resolve("j"))) {
                assertThat(journals).as("a kill leaves keys to settle").isNotEmpty();
            }
            Process last = start("256m", repair);
            assertThat(end(last)).isZero();
        }
        assertThat(Files.readString(folder.resolve("err"))).contains("that an interrupted repair of");
        assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
        try (var journals = Files.list(folder.resolve("j"))) {
            assertThat(journals).isEmpty();
        }
    }

    @Test
    void a_heap_of_64_mb_is_enough_for_tables_of_more() throws Exception {
        String primary = Server.filled("primary", 9_000, 8_000);
        String replica = Server.filled("replica", 9_000, 8_000);
        for (int i = 0; i < 500; i++) {
            Server.delete(replica, i * 3);
        }
        Process diff = start(
                "64m",
                "diff",
                Server.ref(primary),
                Server.ref(replica),
                "--settle",
                "0",
                "--output",
                "json",
                "--journal",
                "" + folder.resolve("j"));
        assertThat(end(diff)).as(Files.readString(folder.resolve("err"))).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("out"))).contains("\"same\":8500,\"missing\":500");
    }
}
