package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.backup.ChangeLog;
import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.folder.ItemVersion;
import dev.lockstep.local.LocalS3;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.S3Objects;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.work.Pool;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A folder as the destination of {@code replicate}: what is in it, and the change log beside it. */
class ReplicateToFolderTest {
    private static final LocalS3 S3 = LocalS3.start();
    private static final KeySchema BY_ID =
            new KeySchema(new KeyAttribute("id", ScalarAttributeType.S), Optional.empty());

    @BeforeAll
    static void create() {
        S3.createBucket("bucket");
    }

    @AfterAll
    static void stop() {
        S3.close();
    }

    private static List<String> keys() {
        return S3.client().listObjectsV2Paginator(r -> r.bucket("bucket")).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private static Ran run(String... command) {
        return Shell.run(Stream.concat(
                        Arrays.stream(command),
                        Stream.of("--s3-endpoint", S3.endpoint().toString()))
                .toArray(String[]::new));
    }

    private static Ran replicate(String primary, String name, String... folders) {
        return run(Stream.of(
                        Stream.of("replicate", Server.ref(primary)),
                        Arrays.stream(folders),
                        Stream.of("--name", name, "--enable-stream", "--until-idle", "1s"))
                .flatMap(words -> words)
                .toArray(String[]::new));
    }

    private static void put(String primary, int version) {
        Server.put(primary, List.of(Map.of("id", AttributeValue.fromS("a"), "v", AttributeValue.fromN("" + version))));
    }

    @Test
    void the_log_of_a_table_that_nobody_writes_to_is_whole_when_the_command_ends() {
        String primary = Server.create("still");
        put(primary, 1);
        assertThat(run("backup", Server.ref(primary), "s3://bucket/still").status())
                .isZero();
        Ran replicated = replicate(primary, "still-" + System.nanoTime(), "s3://bucket/still");
        assertThat(replicated.status()).as(replicated.err()).isZero();
        Ran check = run("check", "s3://bucket/still");
        assertThat(check.status()).as(check.out() + check.err()).isZero();
    }

    @Test
    void every_change_is_in_the_log_of_each_folder_when_the_command_ends_and_once() {
        String primary = Server.create("live");
        String name = "log-" + System.nanoTime();
        String[] folders = {"s3://bucket/one", "s3://bucket/two"};
        assertThat(replicate(primary, name, folders).status()).isZero();
        for (int version = 0; version < 30; version++) {
            put(primary, version);
        }
        Ran ran = replicate(primary, name, folders);
        assertThat(ran.status()).as(ran.err()).isZero();
        put(primary, 30);
        assertThat(replicate(primary, name, folders).status()).isZero();
        assertThat(replicate(primary, name, folders).status()).isZero();

        for (String folder : List.of("one", "two")) {
            assertThat(keys().stream().filter(key -> key.startsWith(folder + "/" + primary)))
                    .as("nothing else begins as the folder of items")
                    .hasSize(1);
            try (Pool calls = Pool.of("calls", 4)) {
                ChangeLog log = ChangeLog.open(
                        new S3Objects(S3.client(), "bucket"), ObjectRef.parse("s3://bucket/" + folder), primary, calls);
                List<ItemVersion> versions = log.history(ItemJson.readKey("{\"id\":\"a\"}", BY_ID));
                assertThat(versions)
                        .extracting(version -> version.item()
                                .orElseThrow()
                                .attributes()
                                .get("v")
                                .n())
                        .containsExactlyElementsOf(java.util.stream.IntStream.rangeClosed(0, 30)
                                .mapToObj(Integer::toString)
                                .toList());
            }
        }
    }
}
