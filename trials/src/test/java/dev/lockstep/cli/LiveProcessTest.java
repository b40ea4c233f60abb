package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;

/** {@code replicate} as processes of their own: several at once, killed, stopped, and with destinations that go away. */
class LiveProcessTest {
    /** How long the campaign of kills goes on; longer by {@code make live}. */
    private static final Duration CAMPAIGN = Duration.ofSeconds(Long.getLong("lockstep.live.seconds", 25));

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();

    @AfterEach
    void killAll() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    private Process replicate(String... args) throws IOException {
        List<String> words = new ArrayList<>(List.of("replicate"));
        words.addAll(List.of(args));
        int number = numbers.incrementAndGet();
        Process process = Jvm.lockstep(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"), words)
                .redirectOutput(folder.resolve("out-" + number).toFile())
                .redirectError(folder.resolve("err-" + number).toFile())
                .start();
        processes.add(process);
        return process;
    }

    private String err() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int i = 1; i <= numbers.get(); i++) {
            all.append(Files.readString(folder.resolve("err-" + i)));
        }
        return all.toString();
    }

    private String lastOut() throws IOException {
        return Files.readString(folder.resolve("out-" + numbers.get()));
    }

    private static int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
        return process.exitValue();
    }

    /** Inserts, updates and deletes, one key in three of ten hot ones, until closed. */
    private static final class Writer implements AutoCloseable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final AtomicInteger writes = new AtomicInteger();
        private final Thread thread;

        Writer(String table, long seed) {
            Random random = new Random(seed);
            thread = new Thread(() -> {
                while (!stop.get()) {
                    write(table, random, writes.incrementAndGet());
                }
            });
            thread.start();
        }

        private static void write(String table, Random random, int version) {
            int number = random.nextInt(3) == 0 ? random.nextInt(10) : random.nextInt(2_000);
            if (random.nextInt(4) == 0) {
                Server.delete(table, number);
            } else {
                Server.put(table, List.of(Server.item(number, "v" + version, 100)));
            }
        }

        @Override
        public void close() throws InterruptedException {
            stop.set(true);
            thread.join();
        }
    }

    @Test
    void two_processes_killed_every_few_seconds_lose_nothing_first_copy_included() throws Exception {
        String primary = Server.filled("live", 1_000, 100);
        String replica = Server.create("replica");
        String name = "kills-" + System.nanoTime();
        String[] command = {
            Server.ref(primary), Server.ref(replica), "--name", name, "--copy-first", "--enable-stream", "--quiet"
        };
        Random random = new Random(1);
        try (Writer writer = new Writer(primary, 2)) {
            replicate(command);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !Server.contents(replica).isEmpty());
            replicate(command);
            long end = System.nanoTime() + CAMPAIGN.toNanos();
            while (System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(2_000 + random.nextInt(3_000));
                Process victim = processes.get(processes.size() - 1 - random.nextInt(2));
                victim.destroyForcibly().waitFor();
                replicate(command);
            }
            assertThat(writer.writes.get()).isGreaterThan(1_000);
        }
        Process last = replicate(Server.ref(primary), Server.ref(replica), "--name", name, "--until-idle", "3s");
        processes.subList(0, processes.size() - 1).forEach(Process::destroyForcibly);
        assertThat(end(last)).as(err()).isZero();
        assertThat(Shell.run("diff", Server.ref(primary), Server.ref(replica), "--settle", "0")
                        .status())
                .isZero();
        assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
    }

    @Test
    void what_is_written_while_nobody_runs_comes_at_the_next_start_and_sigterm_ends_well() throws Exception {
        String primary = Server.create("live");
        String replica = Server.create("replica");
        String name = "restart-" + System.nanoTime();
        String[] command = {
            Server.ref(primary), Server.ref(replica), "--name", name, "--from", "latest", "--enable-stream"
        };
        Process first = replicate(command);
        await().atMost(Duration.ofSeconds(60)).until(() -> err().contains("reading every shard"));
        first.destroy();
        assertThat(end(first)).as(err()).isZero();
        assertThat(lastOut()).contains("applied 0 records");

        Process second = replicate(command);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> err().lastIndexOf("reading every shard") > err().indexOf("reading every shard"));
        Server.put(primary, List.of(Server.item(1, "while it runs", 100)));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Server.contents(replica).size() == 1);
        second.destroyForcibly().waitFor();

        Server.put(primary, List.of(Server.item(2, "while nobody runs", 100)));
        Server.delete(primary, 1);
        Process third = replicate(Server.ref(primary), Server.ref(replica), "--name", name, "--until-idle", "3s");
        assertThat(end(third)).as(err()).isZero();
        assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
    }

    @Test
    void while_one_replica_is_away_the_other_goes_on_and_it_catches_up() throws Exception {
        String primary = Server.create("live");
        String near = Server.create("near");
        String far = Server.create("far");
        try (FaultProxy proxy = Server.proxy()) {
            proxy.on("BatchWriteItem").inject(Fault.internalErrorBefore());
            Process process = replicate(
                    Server.ref(primary),
                    Server.ref(near),
                    Server.at(proxy.endpoint(), far),
                    "--name",
                    "away-" + System.nanoTime(),
                    "--enable-stream",
                    "--until-idle",
                    "4s",
                    "--output",
                    "json");
            await().atMost(Duration.ofSeconds(60)).until(() -> err().contains("reading every shard"));
            for (int i = 0; i < 200; i++) {
                Server.put(primary, List.of(Server.item(i % 50, "v" + i, 100)));
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Server.contents(near).equals(Server.contents(primary)));
            assertThat(Server.contents(far)).isEmpty();
            await().atMost(Duration.ofSeconds(60)).until(() -> err().contains("is away"));
            Server.put(primary, List.of(Server.item(7, "while it is away", 100)));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Server.contents(near).equals(Server.contents(primary)));
            proxy.clear();
            assertThat(end(process)).as(err()).isZero();
            assertThat(Server.contents(far)).isEqualTo(Server.contents(primary));
            assertThat(err()).contains("is back in step");
        }
    }

    @Test
    void a_replica_that_was_made_anew_while_it_runs_stops_it() throws Exception {
        String primary = Server.create("live");
        String replica = Server.create("replica");
        Process process = replicate(
                Server.ref(primary), Server.ref(replica), "--name", "anew-" + System.nanoTime(), "--enable-stream");
        await().atMost(Duration.ofSeconds(60)).until(() -> err().contains("reading every shard"));
        Server.put(primary, List.of(Server.item(1, "before", 100)));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Server.contents(replica).size() == 1);
        var description =
                Server.client().describeTable(r -> r.tableName(replica)).table();
        Server.client().deleteTable(r -> r.tableName(replica));
        Server.put(primary, List.of(Server.item(2, "while it is gone", 100)));
        await().atMost(Duration.ofSeconds(60)).until(() -> err().contains("no such table"));
        Server.client()
                .createTable(r -> r.tableName(replica)
                        .keySchema(description.keySchema())
                        .attributeDefinitions(description.attributeDefinitions())
                        .billingMode(BillingMode.PAY_PER_REQUEST));
        assertThat(end(process)).as(err()).isEqualTo(3);
        assertThat(err()).contains("made anew").contains("--copy-first");
        assertThat(Server.contents(replica)).isEmpty();
    }

    @Test
    void a_stream_that_is_off_is_told_before_anything_is_made() throws Exception {
        String primary = Server.create("live");
        String replica = Server.create("replica");
        Shell.Ran result = Shell.run("replicate", Server.ref(primary), Server.ref(replica));
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("stream is off").contains("--enable-stream");
        assertThat(Server.client().listTables().tableNames()).noneMatch(t -> t.startsWith("lockstep-" + primary));
    }

    @Test
    void dead_letters_are_tried_again_by_what_the_primary_holds() throws Exception {
        String primary = Server.filled("live", 3, 100);
        String replica = Server.create("replica");
        Path letters = folder.resolve("letters");
        String record = "{\"dynamodb\":{\"Keys\":{\"id\":{\"S\":\"item-%s\"}},\"SequenceNumber\":\"1\"}}";
        Files.writeString(
                letters,
                "{\"lockstep\":\"dead-letters\",\"version\":1}\n"
                        + letter("a", String.format(record, "1"))
                        + letter("b", String.format(record, "99"))
                        + letter("c", "{}")
                        + letter("d", String.format(record, "2")).replace("\"\"", "\"another\""));
        Shell.Ran result =
                Shell.run("replicate", Server.ref(primary), Server.ref(replica), "--from-dead-letter", "" + letters);
        assertThat(result.err()).contains("letter c: its record tells no key").contains("letter d: it is of another");
        assertThat(result.out()).contains("settled 2 of 4");
        assertThat(result.status()).isEqualTo(1);
        assertThat(Server.contents(replica)).hasSize(1).containsValue(item(primary, "item-1"));
    }

    private static String letter(String id, String record) {
        return "{\"letter\":\"" + id + "\",\"destination\":\"\",\"error\":\"x\",\"record\":" + record + "}\n";
    }

    private static Map<String, AttributeValue> item(String table, String id) {
        return Server.client()
                .getItem(r -> r.tableName(table).key(Map.of("id", AttributeValue.fromS(id))))
                .item();
    }
}
