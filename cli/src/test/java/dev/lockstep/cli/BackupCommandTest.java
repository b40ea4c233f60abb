package dev.lockstep.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalS3;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.model.S3Object;
import tools.jackson.databind.JsonNode;

@Timeout(120)
class BackupCommandTest {
    private static final LocalS3 S3 = LocalS3.start();
    private static int buckets;

    private final String bucket = "bucket-" + buckets++;

    @BeforeEach
    void create() {
        S3.createBucket(bucket);
    }

    @AfterAll
    static void stop() {
        S3.close();
    }

    private String folder() {
        return "s3://" + bucket + "/backups/";
    }

    private Ran backup(String table, String... args) {
        return backup(S3.endpoint(), table, args);
    }

    private Ran backup(URI endpoint, String table, String... args) {
        List<String> all = new ArrayList<>(List.of("backup", table, folder(), "--s3-endpoint", endpoint.toString()));
        all.addAll(List.of(args));
        return Shell.run(all.toArray(String[]::new));
    }

    private List<String> keys() {
        return keys(bucket);
    }

    static List<String> keys(LocalS3 s3, String bucket) {
        return s3.client().listObjectsV2Paginator(r -> r.bucket(bucket)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private static List<String> keys(String bucket) {
        return keys(S3, bucket);
    }

    /** Every line of every file whose key fits, as items of the store: from {@code {"Item":…}} or bare. */
    static Map<String, Map<String, AttributeValue>> items(LocalS3 s3, String bucket, String pattern) throws Exception {
        Map<String, Map<String, AttributeValue>> items = new LinkedHashMap<>();
        for (String key : keys(s3, bucket)) {
            if (!key.matches(pattern)) {
                continue;
            }
            byte[] content =
                    s3.client().getObjectAsBytes(r -> r.bucket(bucket).key(key)).asByteArray();
            try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(content))) {
                for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
                    JsonNode json = ItemJson.parse(line);
                    Map<String, AttributeValue> item = ItemJson.read(json.has("Item") ? json.get("Item") : json);
                    assertThat(items.put(item.get("id").toString(), item))
                            .as("each item once")
                            .isNull();
                }
            }
        }
        return items;
    }

    @Test
    void a_table_is_backed_up_and_told_about() throws Exception {
        String table = Server.filled("orders", 500, 300);
        Ran ran = backup(Server.ref(table), "--output", "json");
        assertThat(ran.status()).as(ran.err()).isZero();
        JsonNode json = ran.json();
        assertThat(json.get("items").asInt()).isEqualTo(500);
        assertThat(json.get("bytes").asLong()).isPositive();
        assertThat(json.get("files").asInt()).isPositive();
        assertThat(json.get("location").asString())
                .matches("s3://" + bucket + "/backups/AWSDynamoDB/0\\d{13}-[0-9a-f]{8}")
                .endsWith(json.get("jobId").asString());
        assertThat(json.get("complete").asBoolean()).isTrue();
        assertThat(json.get("consistent").asBoolean()).isTrue();
        assertThat(json.get("from").asString()).isLessThan(json.get("to").asString());
        assertThat(json.get("readUnits")
                        .properties()
                        .iterator()
                        .next()
                        .getValue()
                        .asDouble())
                .isPositive();
        assertThat(items(S3, bucket, ".*/data/.*\\.json\\.gz")).isEqualTo(Server.contents(table));
        assertThat(keys())
                .extracting(key -> key.replaceFirst(".*/AWSDynamoDB/[^/]*/", ""))
                .contains(
                        "manifest-summary.json",
                        "manifest-files.json",
                        "table-description.json",
                        "lockstep-manifest.json",
                        "_started");
    }

    @Test
    void all_ten_types_are_kept_exactly() throws Exception {
        String table = Server.create("types");
        Map<String, AttributeValue> item = Map.ofEntries(
                Map.entry("id", AttributeValue.fromS("a/\"\\\u0000\u2028\u001f é 中 😀")),
                Map.entry("s", AttributeValue.fromS("")),
                Map.entry("n", AttributeValue.fromN("-1.2345678901234567890123456789012345678E-100")),
                Map.entry("b", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1, 127, -128}))),
                Map.entry("ss", AttributeValue.fromSs(List.of("", "x"))),
                Map.entry("ns", AttributeValue.fromNs(List.of("1", "-2.5"))),
                Map.entry("bs", AttributeValue.fromBs(List.of(SdkBytes.fromByteArray(new byte[] {1})))),
                Map.entry("bool", AttributeValue.fromBool(false)),
                Map.entry("nul", AttributeValue.fromNul(true)),
                Map.entry(
                        "l", AttributeValue.fromL(List.of(AttributeValue.fromM(Map.of()), AttributeValue.fromN("7")))),
                Map.entry(
                        "m \"{",
                        AttributeValue.fromM(
                                Map.of("k", AttributeValue.fromS(""), "l", AttributeValue.fromL(List.of())))));
        Server.put(table, List.of(item));
        assertThat(backup(Server.ref(table), "--job-id", "one").status()).isZero();
        assertThat(backup(Server.ref(table), "--job-id", "two", "--format", "mapbox")
                        .status())
                .isZero();
        Item stored = Item.of(Server.contents(table).values().iterator().next());
        for (String form : List.of(".*/one/data/.*", "backups/two/\\d")) {
            var read = items(S3, bucket, form).values();
            assertThat(read).as(form).hasSize(1);
            assertThat(Item.of(read.iterator().next())).as(form).isEqualTo(stored);
        }
    }

    @Test
    void mapboxs_form_has_an_object_a_segment_and_no_manifest() throws Exception {
        String table = Server.filled("orders", 100, 100);
        Ran ran = backup(Server.ref(table), "--format", "mapbox", "--job-id", "j1", "--segments", "3");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("100 items").contains("s3://" + bucket + "/backups/j1");
        assertThat(keys()).containsExactly("backups/j1/0", "backups/j1/1", "backups/j1/2");
        assertThat(items(S3, bucket, ".*")).isEqualTo(Server.contents(table));
        assertThat(backup(Server.ref(table), "--format", "mapbox", "--job-id", "j1", "--segments", "3")
                        .status())
                .isEqualTo(2);
    }

    @Test
    void machines_share_a_job() throws Exception {
        String table = Server.filled("orders", 200, 100);
        String[] job = {"--job-id", "shared", "--segments", "2", "--segment"};
        Ran first = backup(Server.ref(table), with(job, "1"));
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.out()).contains("not a backup yet");
        Ran again = backup(Server.ref(table), with(job, "1"));
        assertThat(again.status()).isZero();
        assertThat(again.out()).contains("was done before");
        assertThat(keys()).noneMatch(key -> key.endsWith("manifest.json"));

        Ran second = backup(Server.ref(table), with(job, "0"));
        assertThat(second.out()).contains("the items as they were between").doesNotContain("not a backup yet");
        assertThat(keys()).contains("backups/AWSDynamoDB/shared/lockstep-manifest.json");
        assertThat(items(S3, bucket, ".*/data/.*")).isEqualTo(Server.contents(table));

        Ran whole = backup(Server.ref(table), "--job-id", "shared");
        assertThat(whole.status()).isEqualTo(2);
        assertThat(whole.err()).contains("done already").contains("--job-id");
    }

    private static String[] with(String[] args, String... more) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void a_busy_service_and_a_bad_network_lose_nothing() throws Exception {
        String table = Server.filled("orders", 300, 2_000);
        try (FaultProxy dynamo = Server.proxy();
                FaultProxy s3 = FaultProxy.start(S3.endpoint())) {
            dynamo.on("Scan").probability(0.3, 1).inject(Fault.throttle());
            dynamo.on("Scan").probability(0.2, 2).inject(Fault.internalErrorAfter());
            s3.on("*").probability(0.1, 3).inject(Fault.internalErrorAfter());
            s3.on("*").probability(0.1, 4).inject(Fault.resetAfter());
            s3.on("*").probability(0.1, 5).inject(Fault.slowDown());
            Ran ran = backup(
                    s3.endpoint(), Server.at(dynamo.endpoint(), table), "--retry-delay-base", "1", "--output", "json");
            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(ran.json().get("items").asInt()).isEqualTo(300);
            assertThat(dynamo.stats().faults()).isPositive();
            assertThat(s3.stats().faults()).isPositive();
        }
        assertThat(items(S3, bucket, ".*/data/.*")).isEqualTo(Server.contents(table));
    }

    @Test
    void a_failure_leaves_no_backup_and_tells_how_to_go_on() throws Exception {
        String table = Server.filled("orders", 300, 100);
        Ran failed;
        try (FaultProxy dynamo = Server.proxy()) {
            dynamo.on("Scan").skip(3).inject(Fault.accessDenied());
            failed = backup(Server.at(dynamo.endpoint(), table), "--segments", "6", "--parallel", "1");
        }
        assertThat(failed.status()).isEqualTo(3);
        assertThat(failed.err()).contains("Scan", "AccessDenied", "--job-id 0");
        assertThat(keys()).isNotEmpty().noneMatch(key -> key.endsWith("manifest.json"));

        String id = failed.err().replaceAll("(?s).*--job-id (\\S+).*", "$1");
        Ran ran = backup(Server.ref(table), "--job-id", id, "--output", "json");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.json().get("items").asInt()).isEqualTo(300);
        assertThat(items(S3, bucket, ".*/data/.*")).isEqualTo(Server.contents(table));
    }

    @Test
    void wrong_command_lines_write_nothing() {
        String table = Server.ref(Server.filled("orders", 3, 100));
        assertThat(backup(table, "--segment", "0", "--segments", "2").err()).contains("--job-id");
        assertThat(backup(table, "--segment", "0", "--job-id", "j").err()).contains("--segments");
        assertThat(backup(table, "--job-id", "a/b").err()).contains("names a folder");
        assertThat(backup(table, "--format", "tar").status()).isEqualTo(2);
        assertThat(backup(table + "-not-there").status()).isEqualTo(2);
        assertThat(Shell.run("backup", table, "folder").status()).isEqualTo(2);
        assertThat(keys()).isEmpty();
    }

    @Test
    void half_the_cost_is_told_in_the_backup() {
        String table = Server.filled("orders", 100, 1_000);
        JsonNode strong =
                backup(Server.ref(table), "--segments", "1", "--output", "json").json();
        JsonNode eventual = backup(Server.ref(table), "--segments", "1", "--eventual", "--output", "json")
                .json();
        assertThat(units(eventual)).isEqualTo(units(strong) / 2);
        assertThat(eventual.get("consistent").asBoolean()).isFalse();
    }

    private static double units(JsonNode result) {
        return result.get("readUnits").properties().iterator().next().getValue().asDouble();
    }
}
