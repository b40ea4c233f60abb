package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.sun.net.httpserver.HttpServer;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.FaultRule;
import dev.lockstep.local.LocalS3;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code lockstep backup} as a process of its own: killed, interrupted, with little memory, telling its figures. */
@Timeout(240)
class BackupProcessTest {
    @TempDir
    Path folder;

    private final LocalS3 s3 = LocalS3.start();
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void create() {
        s3.createBucket("bucket");
        environment.put("AWS_ACCESS_KEY_ID", LocalS3.ACCESS_KEY);
        environment.put("AWS_SECRET_ACCESS_KEY", LocalS3.SECRET);
    }

    @AfterEach
    void stop() {
        s3.close();
    }

    private Process start(URI endpoint, String table, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of("backup", table, "s3://bucket/b"));
        command.addAll(List.of("--s3-endpoint", endpoint.toString()));
        command.addAll(List.of(args));
        return start(command);
    }

    private Process start(List<String> args) throws IOException {
        ProcessBuilder builder = Jvm.lockstep(List.of("-Xmx256m"), args)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private int end(Process process) throws Exception {
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
        return process.exitValue();
    }

    private String err() throws IOException {
        return Files.readString(folder.resolve("err"));
    }

    private List<String> keys() {
        return BackupCommandTest.keys(s3, "bucket");
    }

    @Test
    void a_run_that_was_killed_leaves_no_backup_and_the_same_job_is_gone_on_with() throws Exception {
        String table = Server.filled("orders", 2_000, 200);
        String[] job = {"--job-id", "killed", "--segments", "12", "--parallel", "2"};
        try (FaultProxy proxy = FaultProxy.start(s3.endpoint())) {
            for (int kill = 1; kill <= 3; kill++) {
                FaultRule write = proxy.on("PutObject").skip(5 + kill).times(1).inject(Fault.hang());
                Process process = start(proxy.endpoint(), Server.ref(table), job);
                await().atMost(Duration.ofSeconds(60)).until(() -> write.injected() == 1 || !process.isAlive());
                assertThat(process.isAlive()).as(err()).isTrue();
                assertThat(process.destroyForcibly().waitFor(30, TimeUnit.SECONDS))
                        .isTrue();
                proxy.clear();
                assertThat(keys()).noneMatch(key -> key.endsWith("lockstep-manifest.json"));
            }
        }
        long before = keys().stream().filter(key -> key.contains("/segments/")).count();
        assertThat(before).as("some segments are done").isBetween(1L, 11L);
        assertThat(end(start(s3.endpoint(), Server.ref(table), job))).as(err()).isZero();
        assertThat(keys()).contains("b/AWSDynamoDB/killed/lockstep-manifest.json");
        assertThat(BackupCommandTest.items(s3, "bucket", ".*/data/.*")).isEqualTo(Server.contents(table));
    }

    @Test
    void an_interrupted_run_aborts_what_it_has_sent_and_says_how_to_go_on() throws Exception {
        String table = noise("orders", 60);
        try (FaultProxy proxy = FaultProxy.start(s3.endpoint())) {
            FaultRule part = proxy.on("UploadPart").skip(1).inject(Fault.slowDown());
            Process process = start(proxy.endpoint(), Server.ref(table), "--segments", "1");
            await().atMost(Duration.ofSeconds(60)).until(() -> part.injected() > 0 || !process.isAlive());
            process.destroy();
            assertThat(end(process)).as(err()).isEqualTo(130);
        }
        assertThat(err()).contains("interrupted", "--job-id 0");
        assertThat(keys()).noneMatch(key -> key.endsWith("manifest.json") || key.contains("/data/"));
        assertThat(s3.client().listMultipartUploads(r -> r.bucket("bucket")).uploads())
                .as("nothing is left to be billed")
                .isEmpty();
    }

    /** A table of items near 400 KB that cannot be compressed by much. */
    private static String noise(String prefix, int count) {
        String table = Server.create(prefix);
        Random random = new Random(1);
        for (int i = 0; i < count; i += 10) {
            List<Map<String, AttributeValue>> some = new ArrayList<>();
            for (int j = i; j < Math.min(count, i + 10); j++) {
                byte[] bytes = new byte[204_000];
                random.nextBytes(bytes);
                some.add(Map.of(
                        "id",
                        AttributeValue.fromS("item-" + j),
                        "body",
                        AttributeValue.fromS(HexFormat.of().formatHex(bytes))));
            }
            Server.put(table, some);
        }
        return table;
    }

    @Test
    void the_largest_items_fit_a_small_heap() throws Exception {
        String table = noise("large", 400);
        Process process = start(s3.endpoint(), Server.ref(table), "--output", "json");
        assertThat(end(process)).as(err()).isZero();
        assertThat(Files.readString(folder.resolve("out"))).contains("\"items\":400");
        assertThat(BackupCommandTest.items(s3, "bucket", ".*/data/.*").keySet()).hasSize(400);
    }

    @Test
    void the_figures_are_published_under_mapboxs_names() throws Exception {
        String table = Server.filled("orders", 20, 200);
        try (Figures figures = new Figures();
                FaultProxy proxy = Server.proxy()) {
            environment.put("AWS_ENDPOINT_URL_CLOUDWATCH", figures.endpoint());
            assertThat(end(start(s3.endpoint(), Server.ref(table), "--metrics", "Backups")))
                    .as(err())
                    .isZero();
            JsonNode done = figures.received.get(0);
            assertThat(done.get("Namespace").asText()).isEqualTo("Backups");
            Map<String, Double> values = new HashMap<>();
            done.get("MetricData").forEach(m -> {
                values.put(m.get("MetricName").asText(), m.get("Value").asDouble());
                assertThat(m.get("Dimensions").toString())
                        .isEqualTo("[{\"Name\":\"TableName\",\"Value\":\"" + table + "\"}]");
            });
            assertThat(values).containsOnlyKeys("BackupErrors", "BackupSize", "BackupRecordCount");
            assertThat(values).containsEntry("BackupErrors", 0.0).containsEntry("BackupRecordCount", 20.0);
            assertThat(values.get("BackupSize")).isPositive();

            proxy.on("Scan").inject(Fault.accessDenied());
            assertThat(end(start(s3.endpoint(), Server.at(proxy.endpoint(), table), "--metrics", "Backups")))
                    .isEqualTo(3);
            JsonNode failed = figures.received.get(1).get("MetricData");
            assertThat(failed).hasSize(1);
            assertThat(failed.get(0).get("MetricName").asText()).isEqualTo("BackupErrors");
            assertThat(failed.get(0).get("Value").asDouble()).isEqualTo(1);
        }
        environment.put("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:1");
        assertThat(end(start(s3.endpoint(), Server.ref(table), "--metrics", "Backups")))
                .isZero();
        assertThat(err()).contains("the figures were not published");
    }

    @Test
    void a_snapshot_tells_its_figures_of_the_table_too() throws Exception {
        for (int i = 0; i < 3; i++) {
            String item = "{\"id\":{\"S\":\"" + i + "\"}}";
            String name = "orders/" + HexFormat.of().formatHex(md5("{\"id\":{\"S\":\"" + i + "\"}}"));
            s3.client().putObject(r -> r.bucket("bucket").key(name), RequestBody.fromString(item));
        }
        List<String> command = List.of(
                "snapshot",
                "s3://bucket/orders",
                "s3://bucket/snapshot.gz",
                "--overwrite",
                "--s3-endpoint",
                s3.endpoint().toString(),
                "--metrics",
                "Snapshots");
        environment.put("AWS_REGION", "us-east-1");
        try (Figures figures = new Figures()) {
            environment.put("AWS_ENDPOINT_URL_CLOUDWATCH", figures.endpoint());
            assertThat(end(start(command))).as(err()).isZero();
            JsonNode done = figures.received.get(0);
            assertThat(done.get("Namespace").asText()).isEqualTo("Snapshots");
            Map<String, Double> values = new HashMap<>();
            done.get("MetricData").forEach(m -> {
                values.put(m.get("MetricName").asText(), m.get("Value").asDouble());
                assertThat(m.get("Dimensions").toString()).isEqualTo("[{\"Name\":\"TableName\",\"Value\":\"orders\"}]");
            });
            assertThat(values).containsOnlyKeys("BackupErrors", "BackupSize", "BackupRecordCount");
            assertThat(values).containsEntry("BackupErrors", 0.0).containsEntry("BackupRecordCount", 3.0);
            assertThat(values.get("BackupSize")).isPositive();

            s3.client().putObject(r -> r.bucket("bucket").key("orders/" + "0".repeat(32)), RequestBody.fromString("{"));
            assertThat(end(start(command))).isEqualTo(3);
            JsonNode failed = figures.received.get(1).get("MetricData");
            assertThat(failed).hasSize(1);
            assertThat(failed.get(0).get("MetricName").asText()).isEqualTo("BackupErrors");
            assertThat(failed.get(0).get("Value").asDouble()).isEqualTo(1);
        }
    }

    private static byte[] md5(String text) throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /** As much of CloudWatch as it takes to be told figures. */
    private static final class Figures implements AutoCloseable {
        private final ObjectMapper cbor = new ObjectMapper(new CBORFactory());
        final List<JsonNode> received = new CopyOnWriteArrayList<>();
        private final HttpServer server;

        Figures() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                try (exchange) {
                    received.add(cbor.readTree(exchange.getRequestBody()));
                    exchange.getResponseHeaders().set("smithy-protocol", "rpc-v2-cbor");
                    exchange.getResponseHeaders().set("Content-Type", "application/cbor");
                    byte[] nothing = cbor.writeValueAsBytes(cbor.createObjectNode());
                    exchange.sendResponseHeaders(200, nothing.length);
                    exchange.getResponseBody().write(nothing);
                }
            });
            server.start();
        }

        String endpoint() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
