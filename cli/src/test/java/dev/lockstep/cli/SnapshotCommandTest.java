package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalS3;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.sync.RequestBody;

@Timeout(120)
class SnapshotCommandTest {
    private static final LocalS3 S3 = LocalS3.start();
    private static int buckets;

    private final String bucket = "snapshots-" + buckets++;
    private final String object = "s3://" + bucket + "/snapshot.gz";

    @BeforeEach
    void create() {
        S3.createBucket(bucket);
    }

    @AfterAll
    static void stop() {
        S3.close();
    }

    private Ran lockstep(String... args) {
        return lockstep(S3.endpoint(), args);
    }

    private Ran lockstep(URI endpoint, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--s3-endpoint", endpoint.toString()));
        return Shell.run(all.toArray(String[]::new));
    }

    private String folderOf(String table) {
        Ran copy = lockstep("copy", Server.ref(table), "s3://" + bucket + "/items");
        assertThat(copy.status()).as(copy.err()).isZero();
        return "s3://" + bucket + "/items/" + table;
    }

    @Test
    void a_folder_of_items_becomes_one_object_that_is_a_backup_itself() throws Exception {
        String table = Server.filled("orders", 300, 200);
        Ran ran = lockstep("snapshot", folderOf(table), object, "--output", "json");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.json().get("items").asInt()).isEqualTo(300);
        assertThat(ran.json().get("files").asInt()).isEqualTo(1);
        assertThat(ran.json().get("bytes").asLong()).isPositive();
        assertThat(ran.json().get("location").asString()).isEqualTo(object);
        assertThat(BackupCommandTest.items(S3, bucket, "snapshot\\.gz")).isEqualTo(Server.contents(table));

        String again = Server.create("again");
        Ran restored = lockstep("restore", object, Server.ref(again));
        assertThat(restored.status()).as(restored.err()).isZero();
        assertThat(Server.contents(again)).isEqualTo(Server.contents(table));
    }

    @Test
    void a_full_backup_becomes_one_too() throws Exception {
        String table = Server.filled("orders", 200, 200);
        assertThat(lockstep("backup", Server.ref(table), "s3://" + bucket + "/full", "--job-id", "j")
                        .status())
                .isZero();
        Ran check = lockstep("check", "s3://" + bucket + "/full");
        assertThat(check.status()).as(check.out() + check.err()).isZero();
        Ran ran = lockstep("snapshot", "s3://" + bucket + "/full/AWSDynamoDB/j", object);
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("200 items").contains(object);
        assertThat(BackupCommandTest.items(S3, bucket, "snapshot\\.gz")).isEqualTo(Server.contents(table));
    }

    @Test
    void a_full_backup_and_a_change_log_become_one_of_any_time() throws Exception {
        String table = Server.filled("orders", 40, 100);
        String full = "s3://" + bucket + "/full";
        assertThat(lockstep("backup", Server.ref(table), full).status()).isZero();
        String at = ChangesSince.write(S3, full, table).toString();
        Ran ran = lockstep("snapshot", full, object, "--at", at, "--source-table", table, "--output", "json");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.json().get("items").asInt()).isEqualTo(39);
        assertThat(BackupCommandTest.items(S3, bucket, "snapshot\\.gz"))
                .isEqualTo(ChangesSince.applied(Server.contents(table)));
    }

    @Test
    void what_is_there_is_replaced_only_where_that_was_said() {
        String folder = folderOf(Server.filled("orders", 5, 100));
        S3.client().putObject(r -> r.bucket(bucket).key("snapshot.gz"), RequestBody.fromString("mine"));
        Ran refused = lockstep("snapshot", folder, object);
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err()).contains("--overwrite");
        assertThat(S3.client()
                        .getObjectAsBytes(r -> r.bucket(bucket).key("snapshot.gz"))
                        .asUtf8String())
                .isEqualTo("mine");
        assertThat(lockstep("snapshot", folder, object, "--overwrite").status()).isZero();
    }

    @Test
    void a_damaged_source_gives_no_object() {
        String table = Server.filled("orders", 50, 100);
        String folder = folderOf(table);
        String some = BackupCommandTest.keys(S3, bucket).get(7);
        S3.client().putObject(r -> r.bucket(bucket).key(some), RequestBody.fromString("{\"id\":"));
        Ran ran = lockstep("snapshot", folder, object);
        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.err()).contains(some);
        assertThat(BackupCommandTest.keys(S3, bucket)).doesNotContain("snapshot.gz");
    }

    @Test
    void a_bad_network_loses_nothing() throws Exception {
        String table = Server.filled("orders", 200, 100);
        String folder = folderOf(table);
        try (FaultProxy proxy = FaultProxy.start(S3.endpoint())) {
            proxy.on("*").probability(0.1, 1).inject(Fault.internalErrorAfter());
            proxy.on("*").probability(0.1, 2).inject(Fault.resetAfter());
            Ran ran = lockstep(proxy.endpoint(), "snapshot", folder, object, "--retry-delay-base", "1");
            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(proxy.stats().faults()).isPositive();
        }
        assertThat(BackupCommandTest.items(S3, bucket, "snapshot\\.gz")).isEqualTo(Server.contents(table));
    }

    @Test
    void wrong_command_lines_write_nothing() {
        String folder = folderOf(Server.filled("orders", 2, 100));
        int before = BackupCommandTest.keys(S3, bucket).size();
        assertThat(lockstep("snapshot", folder, "s3://" + bucket).err()).contains("not an object");
        assertThat(lockstep("snapshot", folder, folder + "/snapshot").err()).contains("part of the source");
        assertThat(lockstep("snapshot", "s3://" + bucket + "/nothing", object).status())
                .isEqualTo(2);
        assertThat(lockstep("snapshot", folder, object, "--parallel", "0").status())
                .isEqualTo(2);
        assertThat(BackupCommandTest.keys(S3, bucket)).hasSize(before);
    }
}
