package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DiffCommandTest {
    @TempDir
    Path folder;

    private Ran diff(String... args) {
        List<String> all =
                new java.util.ArrayList<>(List.of("diff", "--settle", "0", "--journal", "" + folder.resolve("j")));
        all.addAll(List.of(args));
        return Shell.run(all.toArray(String[]::new));
    }

    private static String damaged(int count) {
        String replica = Server.filled("replica", count, 100);
        Server.delete(replica, 1);
        Server.put(replica, List.of(Server.item(2, "other", 100), Server.item(100_000, "extra", 100)));
        return replica;
    }

    @Test
    void equal_tables_exit_0() {
        Ran ran = diff(Server.ref(Server.filled("primary", 50, 100)), Server.ref(Server.filled("replica", 50, 100)));
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("No difference is left");
    }

    @Test
    void json_is_one_object_with_the_promised_fields_and_the_exit_status_is_1() {
        String primary = Server.ref(Server.filled("primary", 50, 100));
        String replica = Server.ref(damaged(50));
        Ran ran = diff(primary, replica, "--output", "json");
        assertThat(ran.status()).isEqualTo(1);
        JsonNode json = ran.json();
        assertThat(json.get("primary").asString()).isEqualTo(primary);
        assertThat(json.get("segments").asInt()).isEqualTo(8);
        assertThat(json.get("replicas").get(0).toString())
                .isEqualTo("{\"replica\":\"" + replica + "\",\"compared\":50,\"same\":48,\"missing\":1,\"different\":1,"
                        + "\"extra\":1,\"unsettled\":0,\"repaired\":0}");
        assertThat(json.get("readUnits").get(replica).asDouble()).isPositive();
        assertThat(json.get("writeUnits").get(replica).asDouble()).isZero();
        assertThat(json.get("requests").get("Scan").asInt()).isEqualTo(16);
        assertThat(json.has("elapsedMillis")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void repair_may_stand_before_the_tables_or_behind_them(boolean before) {
        String primary = Server.filled("primary", 50, 100);
        String replica = damaged(50);
        Ran ran = before
                ? diff("--repair", Server.ref(primary), Server.ref(replica))
                : diff(Server.ref(primary), Server.ref(replica), "--repair");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
    }

    @ParameterizedTest
    @CsvSource({"missing,1,3", "'missing,extra',2,3", "'different',1,3"})
    void repair_takes_kinds(String kinds, int repaired, int found) {
        String replica = Server.ref(damaged(50));
        Ran ran = diff(Server.ref(Server.filled("primary", 50, 100)), replica, "--repair", kinds, "--output", "json");
        assertThat(ran.status()).isEqualTo(1);
        JsonNode counts = ran.json().get("replicas").get(0);
        assertThat(counts.get("repaired").asInt()).isEqualTo(repaired);
        assertThat(counts.get("missing").asInt()
                        + counts.get("different").asInt()
                        + counts.get("extra").asInt())
                .isEqualTo(found);
    }

    @Test
    void findings_go_to_the_report_line_by_line_and_to_stderr_with_v() throws IOException {
        Path report = folder.resolve("findings.jsonl");
        Ran ran = diff(
                Server.ref(Server.filled("primary", 50, 100)), Server.ref(damaged(50)), "--report", "" + report, "-v");
        List<JsonNode> lines = Files.readAllLines(report).stream()
                .map(l -> JsonMapper.shared().readTree(l))
                .toList();
        assertThat(lines)
                .extracting(l -> l.get("kind").asString())
                .containsExactlyInAnyOrder("missing", "different", "extra");
        assertThat(lines)
                .filteredOn(l -> l.get("kind").asString().equals("different"))
                .first()
                .satisfies(l -> {
                    assertThat(l.get("attributes").toString()).isEqualTo("[\"v\"]");
                    assertThat(l.get("key").toString()).isEqualTo("{\"id\":{\"S\":\"item-2\"}}");
                    assertThat(l.get("repaired").asBoolean()).isFalse();
                });
        assertThat(ran.err()).contains("missing in").contains("item-1").contains("extra in");
        assertThat(ran.err()).as("no values in logs").doesNotContain("other");
    }

    @Test
    void what_it_says_it_used_is_what_a_meter_between_counts() {
        String primary = Server.filled("primary", 3_000, 200);
        String replica = Server.filled("replica", 3_000, 200);
        for (int i = 0; i < 30; i++) {
            Server.delete(replica, i * 7);
        }
        try (FaultProxy meter = Server.proxy()) {
            String p = Server.at(meter.endpoint(), primary);
            String r = Server.at(meter.endpoint(), replica);
            JsonNode json = diff(p, r, "--output", "json").json();
            assertThat(json.get("readUnits").get(p).asDouble())
                    .isEqualTo(meter.stats().readUnits(primary));
            assertThat(json.get("readUnits").get(r).asDouble())
                    .isEqualTo(meter.stats().readUnits(replica));
            assertThat(json.get("requests").get("Scan").asLong())
                    .isEqualTo(meter.stats().requests("Scan"));
            double scans = 2 * Math.ceil(3_000 * 200 / 4096.0) / 2;
            double findings = 30 * 2.0;
            assertThat(meter.stats().readUnits(primary) + meter.stats().readUnits(replica))
                    .isLessThan(1.05 * scans + findings + 16 * 0.5);
        }
    }

    @Test
    void equal_tables_cost_two_scans_and_no_more() {
        String primary = Server.filled("primary", 20_000, 200);
        String replica = Server.filled("replica", 20_000, 200);
        try (FaultProxy meter = Server.proxy()) {
            Ran ran = diff(Server.at(meter.endpoint(), primary), Server.at(meter.endpoint(), replica));
            assertThat(ran.status()).isZero();
            double floor = 2 * Math.ceil(20_000 * 200 / 4096.0) / 2;
            assertThat(meter.stats().readUnits(primary) + meter.stats().readUnits(replica))
                    .isLessThan(1.05 * floor);
        }
    }

    @Test
    void faults_of_every_passing_kind_change_nothing_in_the_result() {
        String primary = Server.filled("primary", 2_000, 1_000);
        String replica = Server.filled("replica", 2_000, 1_000);
        for (int i = 0; i < 200; i++) {
            Server.delete(replica, i * 9);
        }
        try (FaultProxy proxy = Server.proxy()) {
            proxy.on("*").probability(0.05, 1).inject(Fault.throttle());
            proxy.on("*").probability(0.03, 2).inject(Fault.internalErrorAfter());
            proxy.on("*").probability(0.03, 3).inject(Fault.resetAfter());
            proxy.on("*").probability(0.03, 4).inject(Fault.truncatedBody());
            proxy.on("*").probability(0.03, 5).inject(Fault.corruptBody());
            proxy.on("BatchGetItem").probability(0.3, 6).inject(Fault.unprocessed(0.4));
            proxy.on("Scan").probability(0.2, 7).inject(Fault.emptyPage());
            Ran ran = diff(
                    Server.at(proxy.endpoint(), primary),
                    Server.at(proxy.endpoint(), replica),
                    "--repair",
                    "--output",
                    "json",
                    "--retry-delay-base",
                    "5");
            assertThat(ran.status()).as(ran.err()).isZero();
            JsonNode counts = ran.json().get("replicas").get(0);
            assertThat(counts.get("missing").asInt()).isEqualTo(200);
            assertThat(counts.get("repaired").asInt()).isEqualTo(200);
            assertThat(counts.get("same").asInt()).isEqualTo(1_800);
            assertThat(proxy.stats().faults()).isPositive();
        }
        assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
    }

    @Test
    void a_throttle_without_end_stops_the_run_with_3_and_says_how_to_go_on() {
        try (FaultProxy proxy = Server.proxy()) {
            String primary = Server.filled("primary", 10, 100);
            proxy.on("Scan").inject(Fault.throttle());
            Ran ran = diff(
                    Server.at(proxy.endpoint(), primary),
                    Server.ref(Server.filled("replica", 10, 100)),
                    "--max-retries",
                    "2",
                    "--retry-delay-base",
                    "1");
            assertThat(ran.status()).isEqualTo(3);
            assertThat(ran.err().lines()).hasSize(1);
            assertThat(ran.err())
                    .contains("Scan", primary, "ProvisionedThroughputExceeded", "run the same command again");
        }
    }

    @Test
    void a_missing_permission_names_the_action_is_not_retried_and_exits_3() {
        try (FaultProxy proxy = Server.proxy()) {
            String primary = Server.filled("primary", 10, 100);
            proxy.on("Scan").inject(Fault.accessDenied());
            Ran ran = diff(
                    Server.at(proxy.endpoint(), primary),
                    Server.ref(Server.filled("replica", 10, 100)),
                    "--parallel",
                    "1");
            assertThat(ran.status()).isEqualTo(3);
            assertThat(ran.err()).contains("dynamodb:Scan", primary, "Allow this action");
            assertThat(proxy.stats().requests("Scan")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PRIMARY nonsense | 'nonsense'",
                "PRIMARY PRIMARY | same table",
                "PRIMARY REPLICA REPLICA | named twice",
                "PRIMARY BINARY | id (B)",
                "PRIMARY localhost:8000 | 'localhost:8000'",
                "PRIMARY REPLICA --segments 0 | 1,000,000",
                "PRIMARY REPLICA --segments x | 'x'",
                "PRIMARY REPLICA --segment 1 | --segments",
                "PRIMARY REPLICA --segments 2 --segment 2 | between 0 and 1",
                "PRIMARY REPLICA --parallel 0 | parallel",
                "PRIMARY REPLICA --starting-key {\"id\":\"a\"} --segments 2 | several segments",
                "PRIMARY REPLICA --starting-key {\"id\":1} | id",
                "PRIMARY REPLICA --starting-key nope | not JSON",
                "PRIMARY REPLICA --starting-key {\"id\":\"\\ud800\"} | surrogate",
                "PRIMARY REPLICA --repair sideways | sideways",
                "PRIMARY REPLICA --repair= | kind of difference",
                "PRIMARY REPLICA --sample 0% | 0 %",
                "PRIMARY REPLICA --sample 5 | percentage",
                "PRIMARY REPLICA --settle soon | soon",
                "PRIMARY REPLICA --report x.txt | .jsonl",
                "PRIMARY REPLICA --undo-log x | --repair",
                "PRIMARY REPLICA --max-retries -1 | negative",
                "PRIMARY REPLICA --no-such-option | --no-such-option",
                "PRIMARY http://example.com/orders | --allow-http",
                "PRIMARY | REPLICA",
            })
    void a_wrong_command_line_is_one_clear_line_and_exit_2(String args, String says) {
        String primary = Server.ref(Server.filled("primary", 1, 100));
        String replica = Server.ref(Server.create("replica"));
        String binary = Server.ref(Server.create("binary", ScalarAttributeType.B));
        String[] words = args.replace("PRIMARY", primary)
                .replace("REPLICA", replica)
                .replace("BINARY", binary)
                .split(" ");
        Ran ran = diff(words);
        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.err().replace("Try 'lockstep diff --help'.\n", "").lines())
                .hasSize(1);
        assertThat(ran.err()).startsWith("lockstep: ").contains(says).doesNotContain("\tat ");
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void an_unknown_table_and_an_endpoint_that_is_not_there_are_one_clear_line() {
        String primary = Server.ref(Server.filled("primary", 1, 100));
        Ran unknown = diff(primary, Server.ref("no-such-table"));
        assertThat(unknown.status()).isEqualTo(2);
        assertThat(unknown.err()).contains("no-such-table").contains("no such table");
        Ran nobody = diff(primary, "localhost:1/orders");
        assertThat(nobody.status()).isEqualTo(3);
        assertThat(nobody.err().lines()).hasSize(1);
        assertThat(nobody.err()).contains("localhost:1/orders");
    }

    @Test
    void verbose_failures_show_where() {
        Ran ran = diff("-v", Server.ref(Server.create("primary")), Server.ref("no-such-table"));
        assertThat(ran.err()).contains("\tat dev.lockstep");
    }

    @Test
    void undo_puts_back_what_a_repair_replaced() {
        String primary = Server.filled("primary", 50, 100);
        String replica = damaged(50);
        var before = Server.contents(replica);
        Path log = folder.resolve("undo.jsonl");
        assertThat(diff(Server.ref(primary), Server.ref(replica), "--repair", "--undo-log", "" + log)
                        .status())
                .isZero();
        Ran dry = Shell.run("undo", "" + log, Server.ref(replica), "--dry-run", "--output", "json");
        assertThat(dry.json().get("written").asInt() + dry.json().get("deleted").asInt())
                .isEqualTo(3);
        assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
        Ran undo = Shell.run("undo", "" + log, Server.ref(replica), "--output", "json");
        assertThat(undo.status()).isZero();
        assertThat(undo.json().get("written").asInt()).isEqualTo(2);
        assertThat(undo.json().get("deleted").asInt()).isEqualTo(1);
        assertThat(Server.contents(replica)).isEqualTo(before);
        assertThat(Shell.run("undo", "" + folder.resolve("none"), Server.ref(replica))
                        .status())
                .isEqualTo(2);
    }
}
