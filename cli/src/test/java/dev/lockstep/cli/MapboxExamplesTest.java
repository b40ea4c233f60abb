package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/** Every example of mapbox/dynamodb-replicator's README, word for word. They run once, side by side where they may. */
@Timeout(180)
class MapboxExamplesTest {
    private static final List<String> EXAMPLES = Examples.of("mapbox");
    private static final String REPAIR = "diff-tables us-east-1/primary eu-west-2/replica --repair";
    private static final String EXACT = "12345678901234567890123";
    private static final String NEAR = "12345678901234567890124";

    private static final Map<String, Ran> RAN = new ConcurrentHashMap<>();
    private static final ExecutorService THREADS = Executors.newCachedThreadPool();
    private static Aws aws;
    private static Map<String, Map<String, AttributeValue>> before;

    private static Map<String, AttributeValue> abc(String number) {
        return Map.of("id", AttributeValue.fromS("abc"), "n", AttributeValue.fromN(number));
    }

    @BeforeAll
    static void runAll() {
        aws = new Aws();
        tables();
        List.of("my-bucket", "dynamodb-backups").forEach(aws.s3::createBucket);
        aws.s3
                .client()
                .putBucketVersioning(r -> r.bucket("dynamodb-backups")
                        .versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
        history();
        List<CompletableFuture<Void>> groups = List.of(
                running(2, 3), // the report, before the repair
                running(4),
                running(1, 6),
                running(7, 8, 9),
                running(10, 11, 13, 12, 14));
        groups.forEach(CompletableFuture::join);
        running(5).join();
    }

    private static CompletableFuture<Void> running(int... numbers) {
        return CompletableFuture.runAsync(
                () -> {
                    for (int number : numbers) {
                        String example = EXAMPLES.get(number - 1);
                        RAN.put(example, Shell.run(Examples.words(example)));
                        if (number == 2) {
                            before = aws.contents("eu-west-2", "replica");
                        }
                    }
                },
                THREADS);
    }

    private static void tables() {
        for (String table : List.of("primary", "primar", "my-table")) {
            aws.create("us-east-1", table);
        }
        aws.create("eu-west-1", "replica");
        aws.create("eu-west-2", "replica");
        aws.create("eu-west-2", "new-replica");
        List<Map<String, AttributeValue>> items =
                IntStream.range(0, 20).mapToObj(i -> Server.item(i, "a", 100)).toList();
        aws.put("us-east-1", "primary", items);
        aws.put("us-east-1", "primar", items);
        aws.put("us-east-1", "primary", abc(EXACT));
        aws.put("eu-west-1", "replica", abc(NEAR));
        aws.put("eu-west-2", "replica", items.subList(2, 20));
        aws.put("eu-west-2", "replica", abc(NEAR));
        aws.put("eu-west-2", "replica", Server.item(99, "extra", 100));
    }

    private static void history() {
        String[] backup = Examples.words(
                "incremental-backup-record us-east-1/my-table s3://dynamodb-backups/incremental '{\"id\":\"abc\"}'");
        aws.put("us-east-1", "my-table", abc("1"));
        assertThat(Shell.run(backup).status()).isZero();
        aws.put("us-east-1", "my-table", abc(EXACT));
        assertThat(Shell.run(backup).status()).isZero();
        aws.in("us-east-1").deleteItem(r -> r.tableName("my-table").key(Map.of("id", AttributeValue.fromS("abc"))));
        assertThat(Shell.run(backup).status()).isZero();
    }

    @AfterAll
    static void stop() {
        THREADS.shutdown();
        aws.close();
    }

    private static Ran ran(int number) {
        return RAN.get(EXAMPLES.get(number - 1));
    }

    @Test
    void all_of_them_ran() {
        assertThat(EXAMPLES).hasSize(14).allSatisfy(example -> assertThat(RAN).containsKey(example));
    }

    @Test
    void diff_record_shows_both_and_sees_what_a_double_would_not() {
        assertThat(ran(1).status()).as(ran(1).err()).isEqualTo(1);
        assertThat(ran(1).out())
                .contains("Primary record\n--------------\n", "Replica record", EXACT, NEAR)
                .contains("✘ The records are not equivalent");
    }

    @Test
    void diff_tables_logs_a_line_for_each_discrepancy_and_changes_nothing() {
        assertThat(ran(2).status()).as(ran(2).err()).isEqualTo(1);
        List<String> lines = ran(2).out().lines().toList();
        assertThat(lines)
                .allMatch(line -> line.matches("\\[\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT] \\[info]"
                        + " \\[diff-tables] \\[[0-9a-f]{16}] \\[.*"));
        assertThat(lines)
                .extracting(line -> line.replaceFirst(".*] \\[(?=[a-z]+] )", "["))
                .containsExactlyInAnyOrder(
                        "[missing] {\"id\":\"item-0\"}",
                        "[missing] {\"id\":\"item-1\"}",
                        "[different] {\"id\":\"abc\"}",
                        "[extraneous] {\"id\":\"item-99\"}",
                        "[discrepancies] 4");
        assertThat(before.get(AttributeValue.fromS("abc").toString() + AttributeValue.fromS("abc"))
                        .get("n")
                        .n())
                .isEqualTo(NEAR);
    }

    @Test
    void with_repair_the_replica_is_the_primary_and_the_status_says_so() {
        Ran repair = RAN.get(REPAIR);
        assertThat(repair.status()).as(repair.err()).isZero();
        assertThat(repair.out()).contains("[discrepancies] 4", "[extraneous] {\"id\":\"item-99\"}");
    }

    @Test
    void one_segment_of_ten_is_repaired_alone() {
        assertThat(ran(5).status()).as(ran(5).err()).isZero();
        assertThat(ran(5).out()).containsAnyOf("[discrepancies] 0", "[discrepancies] 1");
        assertThat(aws.contents("eu-west-2", "replica").size())
                .as("equal to the primary but for what this segment has of the other table")
                .isBetween(20, 21);
    }

    @Test
    void a_backfill_fills_a_new_replica() {
        assertThat(ran(4).status()).as(ran(4).err()).isZero();
        assertThat(ran(4).out()).contains("[discrepancies] 21");
        assertThat(aws.contents("eu-west-2", "new-replica")).isEqualTo(aws.contents("us-east-1", "primary"));
    }

    @Test
    void replicate_record_makes_the_record_exactly_the_same() {
        assertThat(ran(6).status()).as(ran(6).err()).isZero();
        assertThat(aws.contents("eu-west-1", "replica").values()).containsExactly(abc(EXACT));
        Ran again = Shell.run(Examples.words(EXAMPLES.get(0)));
        assertThat(again.status()).isZero();
        assertThat(again.out()).contains("✔ The records are equivalent");
    }

    @Test
    void backups_are_where_the_readme_says() {
        for (int i = 7; i <= 9; i++) {
            assertThat(ran(i).status()).as(ran(i).err()).isZero();
        }
        assertThat(aws.objects("my-bucket", "some-prefix/"))
                .hasSize(3)
                .contains("some-prefix/my-job-id/0", "some-prefix/my-job-id/4")
                .anyMatch(key -> key.matches("some-prefix/[0-9a-f]{16}/0"));
    }

    @Test
    void a_backup_of_the_same_job_replaces_the_one_before() throws Exception {
        String line = "backup-table us-east-1/my-table s3://my-bucket/daily --jobid today";
        assertThat(Shell.run(Examples.words(line)).status()).isZero();
        Ran again = Shell.run(Examples.words(line.replace("my-table", "primary")));
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(BackupCommandTest.items(aws.s3, "my-bucket", "daily/today/0"))
                .hasSize(21);
    }

    @Test
    void the_incremental_folder_has_an_object_an_item_and_the_snapshot_a_line() throws Exception {
        assertThat(ran(10).status()).as(ran(10).err()).isZero();
        assertThat(aws.objects("dynamodb-backups", "incremental/primary/")).hasSize(21);
        assertThat(ran(11).status()).as(ran(11).err()).isZero();
        assertThat(BackupCommandTest.items(aws.s3, "dynamodb-backups", "snapshots/primary")
                        .values())
                .containsExactlyInAnyOrderElementsOf(
                        aws.contents("us-east-1", "primary").values());
    }

    @Test
    void a_record_is_backed_up_compared_and_its_history_told() {
        assertThat(ran(13).status()).as(ran(13).err()).isZero();
        assertThat(ran(12).status()).as(ran(12).err()).isZero();
        assertThat(ran(12).out()).contains("✔ The records are equivalent");
        assertThat(ran(14).status()).as(ran(14).err()).isZero();
        assertThat(ran(14).out())
                .containsPattern("(?s)Modified: .*Record was deleted.*Modified: .*\"n\" : " + EXACT
                        + ".*Modified: .*\"n\" : 1\\b");
    }

    @Test
    void a_record_that_differs_from_its_backup_is_shown_from_both() {
        aws.create("us-east-1", "changed");
        aws.put("us-east-1", "changed", abc("1"));
        String rest = "-record us-east-1/changed s3://dynamodb-backups/incremental '{\"id\":{\"S\":\"abc\"}}'";
        assertThat(Shell.run(Examples.words("incremental-backup" + rest)).status())
                .isZero();
        aws.put("us-east-1", "changed", abc(NEAR));
        Ran diff = Shell.run(Examples.words("incremental-diff" + rest));
        assertThat(diff.status()).isEqualTo(1);
        assertThat(diff.out())
                .contains("DynamoDB record\n", "Incremental backup record\n", NEAR, "✘ The records are not equivalent");
    }
}
