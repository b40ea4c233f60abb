package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.local.LocalS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** From each kind of source into each kind of table, as a user does it. */
class RestoreCommandTest {
    private static final LocalS3 S3 = LocalS3.start();
    private static int buckets;

    private final String bucket = "restore-" + buckets++;
    private final String table = Server.filled("source", 120, 200);

    @TempDir
    Path folder;

    @BeforeEach
    void create() {
        S3.createBucket(bucket);
        Server.put(table, List.of(everything()));
    }

    @AfterAll
    static void stop() {
        S3.close();
    }

    /** All ten types, a number of 38 digits, and what goes wrong elsewhere. */
    private static Map<String, AttributeValue> everything() {
        SdkBytes bytes = SdkBytes.fromByteArray(new byte[] {0, -1, 127});
        Map<String, AttributeValue> inner = Map.of("wrapperName", AttributeValue.fromS("Set"));
        return Map.ofEntries(
                Map.entry("id", AttributeValue.fromS("every\u0000\"thing\u2028é😀")),
                Map.entry("n", AttributeValue.fromN("12345678901234567890123456789012345678")),
                Map.entry("ns", AttributeValue.fromNs(List.of("1E-130", "0.1"))),
                Map.entry("s", AttributeValue.fromS("")),
                Map.entry("ss", AttributeValue.fromSs(List.of("b", "a", ""))),
                Map.entry("b", AttributeValue.fromB(bytes)),
                Map.entry("bs", AttributeValue.fromBs(List.of(bytes, SdkBytes.fromUtf8String("x")))),
                Map.entry("bool", AttributeValue.fromBool(false)),
                Map.entry("nul", AttributeValue.fromNul(true)),
                Map.entry(
                        "l",
                        AttributeValue.fromL(List.of(AttributeValue.fromM(Map.of()), AttributeValue.fromL(List.of())))),
                Map.entry("__proto__", AttributeValue.fromM(inner)));
    }

    private Ran run(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--s3-endpoint", S3.endpoint().toString(), "--quiet"));
        return Shell.run(all.toArray(String[]::new));
    }

    private Ran done(String... args) {
        Ran ran = run(args);
        assertThat(ran.status()).as(ran.out() + ran.err()).isZero();
        return ran;
    }

    private String s3(String key) {
        return "s3://" + bucket + "/" + key;
    }

    private void assertRestores(String source) {
        String made = "made-" + System.nanoTime();
        Server.createNamed(made);
        Ran ran = done("restore", source, Server.ref(made), "--output", "json");
        assertThat(ran.json().path("written").asInt()).isEqualTo(121);
        assertThat(Server.contents(made)).isEqualTo(Server.contents(table));
        Ran again = done("restore", source, Server.ref(made), "--overwrite", "--output", "json");
        assertThat(again.json().path("skipped").asInt()).isEqualTo(121);
        assertThat(again.json().path("written").asInt()).isZero();
    }

    @Test
    void every_form_that_we_write_comes_back_exactly() {
        done("backup", Server.ref(table), s3("full"));
        assertRestores(s3("full"));
        done("backup", Server.ref(table), s3("bare"), "--format", "mapbox", "--job-id", "job");
        assertRestores(s3("bare/job"));
        done("copy", Server.ref(table), s3("items"));
        assertRestores(s3("items/" + table));
        done("snapshot", s3("items/" + table), s3("snapshot.gz"));
        assertRestores(s3("snapshot.gz"));
    }

    @Test
    void what_was_downloaded_is_restored_too() throws IOException {
        done("backup", Server.ref(table), s3("full"));
        for (var object : S3.client()
                .listObjectsV2Paginator(r -> r.bucket(bucket).prefix("full/"))
                .contents()) {
            Path file = folder.resolve(object.key());
            Files.createDirectories(file.getParent());
            S3.client().getObject(r -> r.bucket(bucket).key(object.key()), ResponseTransformer.toFile(file));
        }
        String here = folder.resolve("full").toString();
        assertRestores(here);
        String made = "made-" + System.nanoTime();
        done("restore", here, Server.ref(made), "--create");
        assertThat(Server.contents(made)).isEqualTo(Server.contents(table));
    }

    @Test
    void a_table_that_is_gone_is_made_as_it_was() {
        done("backup", Server.ref(table), s3("full"));
        String made = "made-" + System.nanoTime();
        Ran refused = run("restore", s3("full"), Server.ref(made));
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err()).contains("--create");
        Ran dry = done("restore", s3("full"), Server.ref(made), "--create", "--dry-run", "--output", "json");
        assertThat(dry.json().path("written").asInt()).isEqualTo(121);
        assertThat(run("restore", s3("full"), Server.ref(made)).status()).isEqualTo(2);
        done("restore", s3("full"), Server.ref(made), "--create");
        assertThat(Server.contents(made)).isEqualTo(Server.contents(table));
    }

    @Test
    void a_table_that_is_gone_is_made_as_it_was_at_a_time() {
        done("backup", Server.ref(table), s3("full"));
        String at = ChangesSince.write(S3, s3("full"), table).toString();
        String made = "made-" + System.nanoTime();
        done("restore", s3("full"), Server.ref(made), "--source-table", table, "--at", at, "--create");
        assertThat(Server.contents(made)).isEqualTo(ChangesSince.applied(Server.contents(table)));
    }

    @Test
    void a_table_that_holds_items_is_left_as_it_is_unless_told_and_what_is_replaced_can_be_taken_back() {
        done("backup", Server.ref(table), s3("full"));
        Map<String, Map<String, AttributeValue>> backedUp = Server.contents(table);
        Server.put(table, List.of(Server.item(0, "changed", 100), Server.item(1_000, "new", 100)));
        Server.delete(table, 5);
        Map<String, Map<String, AttributeValue>> before = Server.contents(table);

        Ran refused = run("restore", s3("full"), Server.ref(table));
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err())
                .contains("--overwrite")
                .contains("--delete-extra")
                .contains("--key");
        Ran dry = done("restore", s3("full"), Server.ref(table), "--delete-extra", "--dry-run", "--output", "json");
        assertThat(dry.json().path("written").asInt()).isEqualTo(2);
        assertThat(dry.json().path("deleted").asInt()).isEqualTo(1);
        assertThat(Server.contents(table)).isEqualTo(before);

        String log = folder.resolve("undo").toString();
        done("restore", s3("full"), Server.ref(table), "--delete-extra", "--undo-log", log);
        assertThat(Server.contents(table)).isEqualTo(backedUp);
        assertThat(Shell.run("undo", log, Server.ref(table)).status()).isZero();
        assertThat(Server.contents(table)).isEqualTo(before);
    }

    @Test
    void single_items_come_back_by_key() {
        done("backup", Server.ref(table), s3("full"));
        Server.put(table, List.of(Server.item(0, "changed", 100), Server.item(1, "changed", 100)));
        done("restore", s3("full"), Server.ref(table), "--key", "{\"id\":\"item-0\"}");
        assertThat(value(0)).isEqualTo("a");
        assertThat(value(1)).isEqualTo("changed");
        Ran missing = run("restore", s3("full"), Server.ref(table), "--key", "{\"id\":\"nobody\"}");
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).contains("nobody");
        assertThat(run("restore", s3("full"), Server.ref(table), "--key", "{\"no\":\"x\"}")
                        .status())
                .isEqualTo(2);
    }

    @Test
    void where_there_is_a_full_backup_an_item_comes_from_it_not_from_the_folder_that_follows_the_table() {
        done("backup", Server.ref(table), s3("both"));
        Server.put(table, List.of(Server.item(0, "broken", 100)));
        done("copy", Server.ref(table), s3("both"));
        String key = "{\"id\":\"item-0\"}";
        done("restore", s3("both"), Server.ref(table), "--key", key);
        assertThat(value(0)).isEqualTo("a");
        done("item", "restore", Server.ref(table), s3("both/" + table), key);
        assertThat(value(0)).isEqualTo("broken");
        done("item", "restore", Server.ref(table), s3("both"), key);
        assertThat(value(0)).isEqualTo("a");
    }

    private String value(int number) {
        return Server.contents(table).values().stream()
                .filter(item -> item.get("id").s().equals("item-" + number))
                .map(item -> item.get("v").s())
                .findFirst()
                .orElse("none");
    }

    @Test
    void one_item_is_backed_up_restored_and_its_history_told() {
        String key = "{\"id\":\"item-0\"}";
        S3.client().putBucketVersioning(r -> r.bucket(bucket).versioningConfiguration(v -> v.status("Enabled")));
        done("item", "backup", Server.ref(table), s3("one"), key);
        Server.put(table, List.of(Server.item(0, "second", 100)));
        done("item", "backup", Server.ref(table), s3("one"), key);
        Server.delete(table, 0);
        done("item", "backup", Server.ref(table), s3("one"), key);

        Ran history = done("item", "history", Server.ref(table), s3("one"), key, "--output", "json");
        assertThat(history.json()
                        .path("versions")
                        .valueStream()
                        .map(v -> v.path("kind").asString()))
                .containsExactly("put", "put", "delete");
        assertThat(history.json()
                        .path("versions")
                        .path(1)
                        .path("changed")
                        .valueStream()
                        .map(v -> v.asString()))
                .containsExactly("body", "v");
        assertThat(done("item", "history", Server.ref(table), s3("one"), key).out())
                .contains("- {\"v\":{\"S\":\"a\"}}")
                .contains("+ {\"v\":{\"S\":\"second\"}}");

        Server.put(table, List.of(Server.item(0, "third", 100)));
        done("item", "backup", Server.ref(table), s3("one"), key);
        Server.delete(table, 0);
        done("item", "restore", Server.ref(table), s3("one"), key);
        assertThat(value(0)).isEqualTo("third");
    }

    @Test
    void a_damaged_backup_writes_nothing() {
        done("backup", Server.ref(table), s3("full"));
        String data = S3.client().listObjectsV2(r -> r.bucket(bucket).prefix("full/")).contents().stream()
                .filter(object -> object.key().contains("/data/") && object.size() > 100)
                .findFirst()
                .orElseThrow()
                .key();
        byte[] bytes = S3.client()
                .getObject(r -> r.bucket(bucket).key(data), ResponseTransformer.toBytes())
                .asByteArray();
        bytes[bytes.length / 2] ^= 1;
        S3.client().putObject(r -> r.bucket(bucket).key(data), RequestBody.fromBytes(bytes));
        String made = "made-" + System.nanoTime();
        Server.createNamed(made);
        Ran ran = run("restore", s3("full"), Server.ref(made));
        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.err()).contains(data);
        assertThat(Server.contents(made)).isEmpty();
        assertThat(run("check", s3("full")).status()).isEqualTo(1);
    }

    @Test
    void there_must_be_something_and_it_must_be_told_which() {
        for (String source : Stream.of("nothing", "")
                .map(this::s3)
                .map(text -> text.replaceAll("/$", ""))
                .toList()) {
            Ran ran = run("restore", source, Server.ref(table), "--overwrite");
            assertThat(ran.status()).as(ran.err()).isEqualTo(2);
            assertThat(ran.err()).contains("Looked for");
        }
        assertThat(run("restore", folder.resolve("absent").toString(), Server.ref(table), "--overwrite")
                        .status())
                .isEqualTo(2);
        assertThat(run("restore", s3("x"), Server.ref(table), "--at", "yesterday")
                        .status())
                .isEqualTo(2);
        assertThat(run("restore", s3("x"), Server.ref(table), "--at", "2025-01-01T00:00:00Z")
                        .status())
                .isNotZero();
    }
}
