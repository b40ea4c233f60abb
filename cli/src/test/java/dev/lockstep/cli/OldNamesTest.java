package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalS3;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.JsonNode;

/** The older tools' names without the older tools' faults. */
class OldNamesTest {
    private static final List<String> NAMES = List.of(
            "diff-tables",
            "diff-record",
            "replicate-record",
            "backup-table",
            "incremental-backfill",
            "incremental-snapshot",
            "incremental-backup-record",
            "incremental-diff-record",
            "incremental-record-history",
            "dynamodb-table-sync",
            "cross-region-replication");

    @Test
    void they_stand_apart_in_the_help_and_each_has_its_own() {
        String help = Shell.run("--help").out();
        assertThat(help).contains("The older tools' names");
        assertThat(help.substring(0, help.indexOf("The older tools' names"))).doesNotContain("diff-tables");
        for (String name : NAMES) {
            assertThat(help).contains(name);
            assertThat(Shell.run(name, "--help").out()).contains("Usage: lockstep " + name);
            assertThat(Shell.run(name, "--no-such-option").status()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "diff-tables,--[no-]repair --segment --segments --[no-]backfill",
        "backup-table,--jobid --segment --segments --metric",
        "incremental-snapshot,--logger --retries --metric",
        "dynamodb-table-sync,--master --slave --starting-key --ignore --ignore-att --scan-limit --batch-read-limit"
                + " --max-retries --retry-delay-base --parallel --[no-]write-missing --[no-]write-differing"
                + " --[no-]scan-for-extra --[no-]delete-extra --profile --role-arn --mfa-serial --mfa-token"
                + " --slave-profile --slave-role-arn --slave-mfa-serial --slave-mfa-token --verbose",
        "cross-region-replication,--sourceRegion --sourceTable --sourceEndpoint --sourceStreamsEndpoint"
                + " --destinationRegion --destinationTable --destinationEndpoint --kclRegion --kclEndpoint --taskName"
                + " --batchSize --dontPublishCloudwatch",
    })
    void their_own_options_are_in_the_help_and_the_others_are_not(String name, String options) {
        String help = Shell.run(name, "--help").out();
        assertThat(help.split("[\\s,=]+")).contains(options.split(" "));
        assertThat(help)
                .doesNotContain("${", "null", "--undo-log", "--allow-http", "older tools' names", "--scan-limit=N]...");
    }

    @Test
    void throttled_writes_of_a_backfill_are_not_dropped() {
        String primary = Server.filled("primary", 300, 100);
        String replica = Server.create("replica");
        try (FaultProxy proxy = Server.proxy()) {
            proxy.on("BatchWriteItem").probability(0.3, 1).inject(Fault.unprocessed(0.4));
            Ran ran = Shell.run(
                    "diff-tables",
                    Server.ref(primary),
                    Server.at(proxy.endpoint(), replica),
                    "--backfill",
                    "--repair",
                    "--retry-delay-base=2");
            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(proxy.stats().faults()).isPositive();
        }
        assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
    }

    @Test
    void a_backfill_of_a_replica_in_use_keeps_what_only_it_has() {
        String primary = Server.filled("primary", 20, 100);
        String replica = Server.filled("replica", 10, 100);
        Server.put(replica, List.of(Server.item(3, "older", 100), Server.item(77, "own", 100)));
        Ran ran = Shell.run("diff-tables", Server.ref(primary), Server.ref(replica), "--backfill", "--settle=0");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("[discrepancies] 11").doesNotContain("extraneous");
        assertThat(Server.contents(replica)).hasSize(21).containsAllEntriesOf(Server.contents(primary));
    }

    @Test
    void a_backfill_writes_in_whatever_form_its_result_is_printed() {
        String primary = Server.filled("primary", 20, 100);
        String empty = Server.create("empty");
        String used = Server.filled("used", 10, 100);
        String[] options = {"--backfill", "--settle=0", "--output=json"};
        assertThat(backfill(primary, empty, options).get("written").asInt()).isEqualTo(20);
        assertThat(backfill(primary, used, options)
                        .get("replicas")
                        .get(0)
                        .get("repaired")
                        .asInt())
                .isEqualTo(10);
        assertThat(Server.contents(empty)).isEqualTo(Server.contents(primary));
        assertThat(Server.contents(used)).isEqualTo(Server.contents(primary));
    }

    private static JsonNode backfill(String primary, String replica, String... options) {
        List<String> words = new ArrayList<>(List.of("diff-tables", Server.ref(primary), Server.ref(replica)));
        words.addAll(List.of(options));
        Ran ran = Shell.run(words.toArray(String[]::new));
        assertThat(ran.status()).as(ran.err()).isZero();
        return ran.json();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--repair", "--no-repair"})
    void an_option_before_the_tables_does_not_swallow_one(String option) {
        String primary = Server.filled("primary", 5, 100);
        String replica = Server.create("replica");
        Ran ran = Shell.run("diff-tables", option, Server.ref(primary), Server.ref(replica), "--settle=0");
        assertThat(ran.status()).isEqualTo(option.equals("--repair") ? 0 : 1);
        assertThat(Server.contents(replica)).hasSize(option.equals("--repair") ? 5 : 0);
    }

    @Test
    void a_backup_that_cannot_be_uploaded_fails() {
        String table = Server.filled("table", 5, 100);
        try (LocalS3 s3 = LocalS3.start();
                FaultProxy proxy = FaultProxy.start(s3.endpoint())) {
            s3.createBucket("bucket");
            proxy.on("*").inject(Fault.accessDenied());
            String endpoint = "--s3-endpoint=" + proxy.endpoint();
            for (String name : List.of("backup-table", "incremental-backfill")) {
                Ran ran = Shell.run(name, Server.ref(table), "s3://bucket/backups", endpoint);
                assertThat(ran.status()).as(name).isEqualTo(3);
            }
        }
    }

    @Test
    void a_record_that_is_gone_from_the_primary_is_deleted_from_the_replica() {
        String primary = Server.create("primary");
        String replica = Server.filled("replica", 2, 100);
        Ran ran =
                Shell.run("replicate-record", Server.ref(primary), Server.ref(replica), "{\"id\":{\"S\":\"item-1\"}}");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(Server.contents(replica)).hasSize(1);
    }

    @Test
    void the_new_options_are_taken_too() {
        String primary = Server.ref(Server.filled("primary", 5, 100));
        String replica = Server.ref(Server.filled("replica", 5, 100));
        Ran ran = Shell.run("diff-tables", primary, replica, "--output", "json", "--parallel", "2");
        assertThat(ran.status()).isZero();
        assertThat(ran.json().get("replicas").get(0).get("same").asInt()).isEqualTo(5);
    }

    @Test
    void keys_are_printed_so_that_the_record_commands_take_them() {
        String primary = Server.create("primary");
        String replica = Server.create("replica");
        Server.put(primary, List.of(Map.of("id", AttributeValue.fromS("a \"b\" \\ é"))));
        Ran diff = Shell.run("diff-tables", Server.ref(primary), Server.ref(replica), "--settle=0");
        String key = diff.out().lines().findFirst().orElseThrow().replaceFirst(".*\\[missing] ", "");
        assertThat(Shell.run("replicate-record", Server.ref(primary), Server.ref(replica), key)
                        .status())
                .isZero();
        assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
    }
}
