package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.Call;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Jobs with a checkpoint as processes of their own, killed at random moments: the same command again ends as if there had been
 * no kill. {@code -Dlockstep.kills} and {@code -Dlockstep.kills.items}: kills of each job, and items of each table.
 */
class CheckpointKillTest {
    private static final int KILLS = Integer.getInteger("lockstep.kills", 1);
    private static final int ITEMS = Integer.getInteger("lockstep.kills.items", 1_500);
    private static final long SEED = Long.getLong("lockstep.kills.seed", System.nanoTime());
    private static final int SEGMENTS = 3;
    private static final int BYTES = 600;
    private static final String[] COUNTS = {
        "read", "written", "deleted", "skipped", "failed", "items", "complete", "replicas"
    };

    private static final LocalS3 S3 = LocalS3.start();
    private static String primary = "";

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);

    @BeforeAll
    static void fill() {
        S3.createBucket("bucket");
        primary = Server.filled("primary", ITEMS, BYTES);
    }

    @AfterAll
    static void stop() {
        S3.close();
    }

    /** What goes through on the way to the servers, and what kills. */
    private final class Servers implements AutoCloseable {
        final FaultProxy source = Server.proxy();
        final FaultProxy target = Server.proxy();
        final FaultProxy bucket = FaultProxy.start(S3.endpoint());
        private final Map<String, Queue<String>> starts = new ConcurrentHashMap<>();
        private final AtomicLong calls = new AtomicLong();
        private final AtomicLong deadly = new AtomicLong(Long.MAX_VALUE);
        private final AtomicReference<Process> victim = new AtomicReference<>();

        Servers() {
            for (FaultProxy proxy : List.of(source, target, bucket)) {
                // Half of them before the call has taken effect, half of them after.
                proxy.before("*", call -> strike(0));
                proxy.after("*", call -> strike(1));
                proxy.before("Scan", this::note);
            }
        }

        private void strike(int after) {
            long moment = after == 0 ? 2 * calls.incrementAndGet() : 2 * calls.get() + 1;
            Process process = victim.get();
            if (moment >= deadly.get() && process != null) {
                process.destroyForcibly();
            }
        }

        /** Kills the process at its so many-th moment; there are two a call. */
        void kill(Process process, long moment) {
            calls.set(0);
            victim.set(process);
            deadly.set(moment);
        }

        void spare() {
            deadly.set(Long.MAX_VALUE);
            calls.set(0);
        }

        /** Where each page began, by table and segment. */
        private void note(Call call) {
            if (call.request().path("TotalSegments").asInt() == SEGMENTS) {
                String segment = call.table() + " " + call.request().path("Segment");
                String start = "" + call.request().path("ExclusiveStartKey");
                starts.computeIfAbsent(segment, s -> new ConcurrentLinkedQueue<>())
                        .add(start);
            }
        }

        long pages() {
            return starts.values().stream().mapToLong(Collection::size).sum();
        }

        /** The most pages that were read again of one segment of one table. */
        long again() {
            return starts.values().stream()
                    .mapToLong(s -> s.size() - s.stream().distinct().count())
                    .max()
                    .orElse(0);
        }

        @Override
        public void close() {
            source.close();
            target.close();
            bucket.close();
        }
    }

    private Process start(List<String> args) throws IOException {
        ProcessBuilder builder = Jvm.lockstep(List.of("-Xmx96m", "-XX:TieredStopAtLevel=1", "-Xshare:auto"), args)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().put("AWS_ACCESS_KEY_ID", LocalS3.ACCESS_KEY);
        builder.environment().put("AWS_SECRET_ACCESS_KEY", LocalS3.SECRET);
        return builder.start();
    }

    private int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(540, TimeUnit.SECONDS)).as("it ends").isTrue();
        return process.exitValue();
    }

    /** What came of a run, and what it took. */
    private record Ran(int status, JsonNode counts, long calls, long pages, long again, int kills) {}

    private Ran undisturbed(Servers servers, List<String> args) throws Exception {
        servers.spare();
        servers.starts.clear();
        int status = end(start(args));
        return new Ran(status, counts(), servers.calls.get(), servers.pages(), servers.again(), 0);
    }

    /** Kills the job again and again, then lets it end. */
    private Ran killed(Servers servers, List<String> args, long callsOfAll) throws Exception {
        servers.starts.clear();
        int kills = 0;
        for (int i = 0; i < KILLS; i++) {
            Process process = start(args);
            servers.kill(process, 1 + (long) (random.nextDouble() * 4 * callsOfAll / (KILLS + 1)));
            int status = end(process);
            if (status == 0 || status == 1) {
                break;
            }
            assertThat(status).as(err()).isEqualTo(137);
            kills++;
        }
        servers.spare();
        int status = end(start(args));
        return new Ran(status, counts(), 0, servers.pages(), servers.again(), kills);
    }

    private String err() throws IOException {
        return Files.readString(folder.resolve("err"));
    }

    private JsonNode counts() throws IOException {
        String out = Files.readString(folder.resolve("out"));
        assertThat(out).as(err()).isNotEmpty();
        ObjectNode all = (ObjectNode) JsonMapper.shared().readTree(out);
        all.retain(COUNTS);
        all.path("replicas").forEach(r -> ((ObjectNode) r).remove("replica"));
        return all;
    }

    /** Runs a job without kills, and its twin with them. */
    private void endTheSame(String job, Servers servers, List<String> once, List<String> killed) throws Exception {
        Ran undisturbed = undisturbed(servers, once);
        assertSame(job, killed(servers, killed, undisturbed.calls()), undisturbed);
    }

    private void assertSame(String job, Ran killed, Ran undisturbed) {
        System.err.printf(
                "%s: %d kills; %d pages read, without kills %d; of a segment at most %d twice; seed %d%n",
                job, killed.kills(), killed.pages(), undisturbed.pages(), killed.again(), SEED);
        assertThat(killed.counts()).as("seed %d", SEED).isEqualTo(undisturbed.counts());
        assertThat(killed.status()).isEqualTo(undisturbed.status());
        assertThat(undisturbed.again()).isZero();
        assertThat(killed.again())
                .as("pages of a segment that are read twice, seed %d", SEED)
                .isLessThanOrEqualTo(killed.kills());
    }

    private static List<String> list(String... words) {
        return new ArrayList<>(List.of(words));
    }

    private static List<String> with(List<String> some, String... more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(List.of(more));
        return all;
    }

    /** A replica that lacks some items, has others otherwise, and some that the primary lacks. */
    private static String drifted() {
        String name = Server.create("replica");
        List<Map<String, AttributeValue>> items = new ArrayList<>();
        for (int i = 0; i < ITEMS + ITEMS / 50; i++) {
            if (i % 37 != 0) {
                items.add(Server.item(i, i % 41 == 0 ? "b" : "a", BYTES));
            }
        }
        Server.put(name, items);
        return name;
    }

    @Test
    void a_copy_ends_as_if_it_had_not_been_killed() throws Exception {
        try (Servers servers = new Servers()) {
            String one = Server.create("one");
            String two = Server.create("two");
            List<String> copy = list("copy", Server.at(servers.source.endpoint(), primary));
            String[] options = {"--segments", "" + SEGMENTS, "--output", "json", "--checkpoint"};
            Ran once = undisturbed(
                    servers,
                    with(
                            with(copy, Server.at(servers.target.endpoint(), one)),
                            with(List.of(options), "" + folder.resolve("one.ckpt"))
                                    .toArray(String[]::new)));
            List<String> again = with(
                    with(copy, Server.at(servers.target.endpoint(), two)),
                    with(List.of(options), "" + folder.resolve("two.ckpt")).toArray(String[]::new));
            Ran killed = killed(servers, again, once.calls());
            assertSame("copy", killed, once);
            assertThat(Server.contents(two)).isEqualTo(Server.contents(primary));
            long pages = servers.pages();
            assertThat(end(start(again))).isZero();
            assertThat(err()).contains("this job was finished at", "Delete");
            assertThat(counts()).isEqualTo(once.counts());
            assertThat(servers.pages()).as("nothing is read again").isEqualTo(pages);
        }
    }

    @Test
    void an_interrupted_copy_saves_what_it_did_and_names_its_checkpoint() throws Exception {
        try (Servers servers = new Servers()) {
            String destination = Server.create("interrupted");
            List<String> copy = list(
                    "copy",
                    Server.at(servers.source.endpoint(), primary),
                    Server.at(servers.target.endpoint(), destination),
                    "--segments",
                    "" + SEGMENTS,
                    "--output",
                    "json",
                    "--checkpoint",
                    "" + folder.resolve("copy.ckpt"));
            Process process = start(copy);
            AtomicLong writes = new AtomicLong();
            servers.target.before("BatchWriteItem", call -> {
                if (writes.incrementAndGet() == 10) {
                    process.destroy();
                }
            });
            assertThat(end(process)).as(err()).isEqualTo(130);
            assertThat(err())
                    .contains("interrupted. Run the same command again to go on from " + folder.resolve("copy.ckpt"));
            servers.target.clearHooks();
            assertThat(end(start(copy))).as(err()).isZero();
            assertThat(counts().path("written").asLong()).isEqualTo(ITEMS);
            assertThat(Server.contents(destination)).isEqualTo(Server.contents(primary));
        }
    }

    @Test
    void a_repair_ends_as_if_it_had_not_been_killed() throws Exception {
        repairs("file");
    }

    @Test
    void a_repair_with_its_checkpoint_in_a_bucket_ends_as_if_it_had_not_been_killed() throws Exception {
        repairs("bucket");
    }

    private void repairs(String where) throws Exception {
        try (Servers servers = new Servers()) {
            String replica = drifted();
            endTheSame(
                    "diff --repair, checkpoint in a " + where,
                    servers,
                    repair(servers, drifted(), "one", where),
                    repair(servers, replica, "two", where));
            assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
            assertThat(report("two")).isEqualTo(report("one"));
            assertThat(report("two")).isNotEmpty();
        }
    }

    @Test
    void a_backup_ends_as_if_it_had_not_been_killed() throws Exception {
        try (Servers servers = new Servers()) {
            endTheSame("backup", servers, backup(servers, "one", "export"), backup(servers, "two", "export"));
            assertThat(items("two/.*/data/.*")).isEqualTo(Server.contents(primary));
            assertThat(BackupCommandTest.keys(S3, "bucket")).noneMatch(key -> key.contains(".pages/"));
            Shell.Ran check =
                    Shell.run("check", "s3://bucket/two", "--s3-endpoint", "" + S3.endpoint(), "--output", "json");
            assertThat(check.status()).as(check.err()).isZero();
        }
    }

    @Test
    void a_backup_in_mapboxs_form_ends_as_if_it_had_not_been_killed() throws Exception {
        try (Servers servers = new Servers()) {
            endTheSame(
                    "backup --format mapbox",
                    servers,
                    backup(servers, "bare", "mapbox"),
                    backup(servers, "killed", "mapbox"));
            assertThat(items("killed/[^.]*")).isEqualTo(Server.contents(primary));
        }
    }

    private static Map<String, Map<String, AttributeValue>> items(String keys) throws Exception {
        return BackupCommandTest.items(S3, "bucket", keys);
    }

    private List<String> backup(Servers servers, String name, String format) {
        return list(
                "backup",
                Server.at(servers.source.endpoint(), primary),
                "s3://bucket/" + name,
                "--format",
                format,
                "--segments",
                "" + SEGMENTS,
                "--output",
                "json",
                "--s3-endpoint",
                "" + servers.bucket.endpoint(),
                "--checkpoint",
                "s3://bucket/" + name + ".ckpt");
    }

    @Test
    void a_restore_into_a_table_in_use_ends_as_if_it_had_not_been_killed() throws Exception {
        restores("--delete-extra", true);
    }

    @Test
    void a_restore_that_makes_its_table_ends_as_if_it_had_not_been_killed() throws Exception {
        restores("--create", false);
    }

    private void restores(String how, boolean there) throws Exception {
        assertThat(Shell.run(
                                "backup",
                                Server.ref(primary),
                                "s3://bucket/source" + how,
                                "--job-id",
                                "job",
                                "--segments",
                                "" + SEGMENTS,
                                "--s3-endpoint",
                                "" + S3.endpoint())
                        .status())
                .isZero();
        try (Servers servers = new Servers()) {
            String one = there ? drifted() : "made-" + UUID.randomUUID();
            String two = there ? drifted() : "made-" + UUID.randomUUID();
            endTheSame("restore " + how, servers, restore(servers, how, one, "one"), restore(servers, how, two, "two"));
            assertThat(Server.contents(two)).isEqualTo(Server.contents(primary));
        }
    }

    private List<String> restore(Servers servers, String how, String table, String name) {
        return list(
                "restore",
                "s3://bucket/source" + how + "/AWSDynamoDB/job",
                Server.at(servers.target.endpoint(), table),
                how,
                "--parallel",
                "" + SEGMENTS,
                "--output",
                "json",
                "--s3-endpoint",
                "" + servers.bucket.endpoint(),
                "--checkpoint",
                "" + folder.resolve(name + ".ckpt"));
    }

    private List<String> repair(Servers servers, String replica, String name, String where) {
        return list(
                "diff",
                Server.at(servers.source.endpoint(), primary),
                Server.at(servers.target.endpoint(), replica),
                "--repair",
                "--settle",
                "0",
                "--segments",
                "" + SEGMENTS,
                "--output",
                "json",
                "--journal",
                "" + folder.resolve("journal"),
                "--undo-log",
                "" + folder.resolve(name + ".undo"),
                "--report",
                "" + folder.resolve(name + ".jsonl"),
                "--s3-endpoint",
                "" + servers.bucket.endpoint(),
                "--checkpoint",
                where.equals("bucket") ? "s3://bucket/repair-" + name + ".ckpt" : "" + folder.resolve(name + ".ckpt"));
    }

    /** The findings, in the order of their keys, and how often each is there. */
    private Map<String, Long> report(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name + ".jsonl")).stream()
                .map(line -> line.replaceAll("\"replica\":\"[^\"]*\",", ""))
                .collect(Collectors.groupingBy(line -> line, TreeMap::new, Collectors.counting()));
    }
}
