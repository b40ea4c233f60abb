package dev.lockstep.lambda;

import static dev.lockstep.lambda.Events.event;
import static dev.lockstep.lambda.Events.sequence;
import static dev.lockstep.lambda.LambdaProcess.from;
import static dev.lockstep.table.TestItems.BY_BINARY;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.b;
import static dev.lockstep.table.TestItems.bool;
import static dev.lockstep.table.TestItems.bs;
import static dev.lockstep.table.TestItems.bytes;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.itemOfBytes;
import static dev.lockstep.table.TestItems.l;
import static dev.lockstep.table.TestItems.m;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.ns;
import static dev.lockstep.table.TestItems.nul;
import static dev.lockstep.table.TestItems.s;
import static dev.lockstep.table.TestItems.ss;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.lambda.RuntimeApi.Answer;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.TestDynamo;
import dev.lockstep.table.Write;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.JsonNode;

/** The function in Lambda's own runtime, before DynamoDB Local. */
class ReplicateTest {
    private static final TestDynamo DYNAMO = TestDynamo.shared();

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Events events = new Events("primary");

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private static DynamoTable replica() {
        return DYNAMO.table("replica", BY_STRING);
    }

    private static String at(URI endpoint, DynamoTable table) {
        return endpoint + "/" + table.name();
    }

    private static String at(DynamoTable table) {
        return at(DYNAMO.endpoint(), table);
    }

    private FaultProxy proxy() {
        FaultProxy proxy = DYNAMO.proxy();
        open.add(proxy);
        return proxy;
    }

    private LambdaProcess replicate(Map<String, String> environment) {
        LambdaProcess process = LambdaProcess.start(Replicate.class, environment);
        open.add(process);
        return process;
    }

    private LambdaProcess replicateTo(String replicas) {
        return replicate(Map.of("LOCKSTEP_REPLICAS", replicas));
    }

    private static Key key(String id) {
        return BY_STRING.keyOf(Map.of("id", s(id)));
    }

    private JsonNode put(long sequence, Item item) {
        return events.change(sequence, BY_STRING.keyOf(item.attributes()), item);
    }

    private JsonNode delete(long sequence, String id) {
        return events.change(sequence, key(id), null);
    }

    private static List<Item> items(DynamoTable table) {
        return table.scan(new dev.lockstep.table.Segment(0, 1), null, 0, Consistency.STRONG)
                .items();
    }

    private static Map<String, AttributeValue> allTypes() {
        Map<String, AttributeValue> all = new HashMap<>();
        all.put("s", s("zwölf \u2028 \"/\\ \ud83d\ude00 \u0001"));
        all.put("empty", s(""));
        all.put("n", n("12345678901234567890123456789012345678"));
        all.put("small", n("-1.5E-128"));
        all.put("b", b(0, 255, 128, 10));
        all.put("noBytes", b());
        all.put("bool", bool(false));
        all.put("nul", nul());
        all.put("ss", ss("a", "", "ä"));
        all.put("ns", ns("1", "-2.50", "99999999999999999999999999999999999999"));
        all.put("bs", bs(bytes(1), bytes()));
        all.put("l", l(m(Map.of("deep", l(b(1, 2), n("0.1"), nul()))), s("x"), l()));
        all.put("m", m(Map.of("bs", bs(bytes(200)), "m", m(Map.of()))));
        return all;
    }

    @Test
    void all_ten_types_arrive_exactly_and_deletes_delete() {
        DynamoTable replica = replica();
        Item rich = item("rich", allTypes());
        LambdaProcess function = replicateTo(at(replica));
        function.succeeds(event(put(1, rich), put(2, item("gone")), put(3, item("plain"))));
        function.succeeds(event(delete(4, "gone")));
        assertThat(items(replica)).containsExactlyInAnyOrder(rich, item("plain"));
    }

    @Test
    void binary_keys_are_keys() {
        DynamoTable replica = DYNAMO.table("replica", BY_BINARY);
        Item one = item(b(0, 255), Map.of("v", n("1")));
        Item other = item(b(0, 254), Map.of("v", n("2")));
        LambdaProcess function = replicateTo(at(replica));
        function.succeeds(event(
                events.change(1, BY_BINARY.keyOf(one.attributes()), one),
                events.change(2, BY_BINARY.keyOf(other.attributes()), other),
                events.change(3, BY_BINARY.keyOf(one.attributes()), null)));
        assertThat(items(replica)).containsExactly(other);
    }

    @Test
    void times_may_have_fractions_and_exponents() {
        DynamoTable replica = replica();
        String text = event(put(1, item("a"))).replace("" + (Events.NOON + 1), "1.7952624015E9");
        replicateTo(at(replica)).succeeds(text);
        assertThat(items(replica)).containsExactly(item("a"));
    }

    @Test
    void ten_changes_of_a_key_are_one_write() {
        DynamoTable replica = replica();
        FaultProxy proxy = proxy();
        LambdaProcess function = replicateTo(at(proxy.endpoint(), replica));
        JsonNode[] hot = IntStream.range(0, 100)
                .mapToObj(i -> put(i, item("hot" + i % 2, "v", n("" + i))))
                .toArray(JsonNode[]::new);
        function.succeeds(event(hot));
        assertThat(items(replica)).containsExactlyInAnyOrder(item("hot0", "v", n("98")), item("hot1", "v", n("99")));
        assertThat(proxy.stats().requests("BatchWriteItem")).isEqualTo(1);
        assertThat(function.log()).contains("\"Records\":100").contains("\"Changes\":2");
    }

    @Test
    void the_same_event_again_changes_nothing() {
        DynamoTable replica = replica();
        LambdaProcess function = replicateTo(at(replica));
        JsonNode one = put(1, item("a", "v", n("1")));
        String event = event(one, one, put(2, item("a", "v", n("2"))), put(3, item("b")), delete(4, "b"));
        function.succeeds(event);
        function.succeeds(event);
        assertThat(items(replica)).containsExactly(item("a", "v", n("2")));
    }

    @Test
    void any_number_of_replicas_is_served_by_mapbox_names_and_ours() {
        DynamoTable one = replica();
        DynamoTable two = replica();
        DynamoTable three = replica();
        LambdaProcess function = replicate(Map.of(
                "ReplicaTable",
                one.name(),
                "ReplicaRegion",
                "eu-west-1",
                "ReplicaEndpoint",
                DYNAMO.endpoint().toString(),
                "ReplicaAccessKeyId",
                "other",
                "ReplicaSecretAccessKey",
                "canary-secret",
                "LOCKSTEP_REPLICAS",
                at(two) + ", " + at(three)));
        function.succeeds(event(put(1, item("a"))));
        assertThat(List.of(items(one), items(two), items(three))).containsOnly(List.of(item("a")));
        assertThat(function.log()).doesNotContain("canary-secret");
    }

    @Test
    void deletes_by_time_to_live_are_left_out_where_told() {
        DynamoTable all = replica();
        DynamoTable kept = replica();
        String event = event(put(1, item("a")), put(2, item("b")), events.expiry(3, key("a")), delete(4, "b"));
        replicateTo(at(all)).succeeds(event);
        replicate(Map.of("LOCKSTEP_REPLICAS", at(kept), "LOCKSTEP_SKIP_TTL_DELETES", "true"))
                .succeeds(event);
        assertThat(items(all)).isEmpty();
        assertThat(items(kept)).containsExactly(item("a"));
    }

    @Test
    void two_functions_share_a_stream_at_the_turnover_and_leave_nothing_out() {
        DynamoTable before = replica();
        DynamoTable after = replica();
        String at = "" + (Events.NOON + 2) + "000";
        String event = event(put(1, item("a")), put(2, item("b")), put(3, item("c")));
        replicate(Map.of("LOCKSTEP_REPLICAS", at(before), "TurnoverRole", "BEFORE", "TurnoverAt", at))
                .succeeds(event);
        replicate(Map.of("LOCKSTEP_REPLICAS", at(after), "TurnoverRole", "AFTER", "TurnoverAt", at))
                .succeeds(event);
        assertThat(items(before)).containsExactly(item("a"));
        assertThat(items(after)).containsExactlyInAnyOrder(item("b"), item("c"));
    }

    @Test
    void a_throttled_replica_is_waited_for() {
        DynamoTable replica = replica();
        FaultProxy proxy = proxy();
        LambdaProcess function = replicateTo(at(proxy.endpoint(), replica));
        proxy.on("BatchWriteItem").times(4).inject(Fault.throttle());
        proxy.on("BatchWriteItem").times(4).inject(Fault.unprocessed(0.5));
        proxy.on("BatchWriteItem").times(2).inject(Fault.internalErrorAfter());
        proxy.on("BatchWriteItem").times(2).inject(Fault.resetBefore());
        List<Item> many = IntStream.range(0, 60).mapToObj(i -> item("k" + i)).toList();
        function.succeeds(
                event(IntStream.range(0, 60).mapToObj(i -> put(i, many.get(i))).toArray(JsonNode[]::new)));
        assertThat(items(replica)).containsExactlyInAnyOrderElementsOf(many);
    }

    @Test
    void a_replica_that_is_away_makes_Lambda_send_again_from_the_first_record_that_is_not_everywhere() {
        DynamoTable here = replica();
        DynamoTable away = replica();
        FaultProxy proxy = proxy();
        LambdaProcess function = replicateTo(at(here) + " " + at(proxy.endpoint(), away));
        function.succeeds(event(put(0, item("z"))));
        String event = event(put(1, item("a")), put(2, item("b")));
        proxy.on("*").inject(Fault.resetBefore());
        assertThat(function.invoke(event, Duration.ofSeconds(6))).isEqualTo(from(sequence(1)));
        assertThat(items(here)).containsExactlyInAnyOrder(item("z"), item("a"), item("b"));
        assertThat(function.log())
                .contains(away.name() + "\",\"applied\":0,\"failure\":")
                .contains("SocketException");
        proxy.clear();
        function.succeeds(event);
        assertThat(items(away)).containsExactlyInAnyOrder(item("z"), item("a"), item("b"));
    }

    @Test
    void a_replica_that_is_away_at_the_start_is_waited_for_too() {
        DynamoTable away = replica();
        FaultProxy proxy = proxy();
        proxy.on("*").inject(Fault.resetBefore());
        LambdaProcess function = replicateTo(at(proxy.endpoint(), away));
        assertThat(function.invoke(event(put(1, item("a"))), Duration.ofSeconds(6)))
                .isEqualTo(from(sequence(1)));
        proxy.clear();
        function.succeeds(event(put(1, item("a"))));
        assertThat(items(away)).containsExactly(item("a"));
    }

    @Test
    void a_record_that_nobody_can_read_is_named_once_all_before_it_is_there() {
        DynamoTable replica = replica();
        LambdaProcess function = replicateTo(at(replica));
        String event = event(put(1, item("a")), events.unreadable(2, key("b")), put(3, item("c")));
        assertThat(function.invoke(event)).isEqualTo(from(sequence(2)));
        assertThat(items(replica)).containsExactly(item("a"));
        assertThat(function.log()).contains("unknown type Q");
    }

    @Test
    void an_event_that_begins_with_poison_fails_so_that_Lambda_halves_it_until_the_poison_is_alone() {
        DynamoTable replica = replica();
        LambdaProcess function = replicateTo(at(replica));
        JsonNode poison = events.unreadable(2, key("b"));
        Answer whole = function.invoke(event(poison, put(3, item("c"))));
        assertThat(whole.error()).isTrue();
        assertThat(whole.body()).contains(sequence(2));
        assertThat(function.invoke(event(poison))).isEqualTo(from(sequence(2)));
        function.succeeds(event(put(3, item("c"))));
        assertThat(items(replica)).containsExactly(item("c"));
    }

    @Test
    void of_a_key_whose_item_a_replica_refuses_the_change_before_is_there() {
        DynamoTable replica = replica();
        LambdaProcess function = replicateTo(at(replica));
        Item tooLarge = itemOfBytes("a", Item.MAX_BYTES + 1);
        Answer answer = function.invoke(event(
                put(1, item("a", "v", n("1"))), put(2, item("a", "v", n("2"))), put(3, item("b")), put(4, tooLarge)));
        assertThat(answer).isEqualTo(from(sequence(4)));
        assertThat(items(replica)).containsExactlyInAnyOrder(item("a", "v", n("2")), item("b"));
        assertThat(function.log()).contains("Item size").doesNotContain("xxxx");
    }

    @Test
    void a_string_that_has_no_utf8_is_poison_not_another_string() {
        DynamoTable replica = replica();
        LambdaProcess function = replicateTo(at(replica));
        String event = event(put(1, item("a")), put(2, item("b", "v", s("LONE"))));
        assertThat(function.invoke(event.replace("LONE", "\\ud800"))).isEqualTo(from(sequence(2)));
        assertThat(items(replica)).containsExactly(item("a"));
    }

    @Test
    void keys_only_streams_are_read_through_the_primary() {
        DynamoTable primary = DYNAMO.table("primary", BY_STRING);
        DynamoTable replica = replica();
        primary.write(List.of(new Write.Put(key("a"), item("a", allTypes()))));
        replica.write(List.of(new Write.Put(key("b"), item("b"))));
        Events ofPrimary = new Events(primary.name());
        LambdaProcess function = replicate(Map.of("LOCKSTEP_REPLICAS", at(replica), "LOCKSTEP_PRIMARY", at(primary)));
        function.succeeds(event(ofPrimary.keysOnly(1, key("a")), ofPrimary.keysOnly(2, key("b"))));
        assertThat(items(replica)).containsExactly(item("a", allTypes()));
    }

    @Test
    void keys_only_streams_without_a_primary_fail_and_write_nothing() {
        DynamoTable replica = replica();
        LambdaProcess function = replicateTo(at(replica));
        Answer answer = function.invoke(event(put(1, item("a")), events.keysOnly(2, key("b"))));
        assertThat(answer.error()).isTrue();
        assertThat(answer.body()).contains("LOCKSTEP_PRIMARY");
        assertThat(items(replica)).isEmpty();
    }

    @Test
    void near_its_time_out_the_function_answers_instead_of_being_killed() {
        DynamoTable replica = replica();
        FaultProxy proxy = proxy();
        LambdaProcess function = replicateTo(at(proxy.endpoint(), replica));
        function.succeeds(event(put(1, item("a"))));
        proxy.on("BatchWriteItem").inject(Fault.hang());
        long began = System.currentTimeMillis();
        Duration timeout = Duration.ofSeconds(16);
        Answer answer = function.invoke(event(put(2, item("a", "v", n("2")))), timeout);
        assertThat(answer).isEqualTo(from(sequence(2)));
        assertThat(System.currentTimeMillis()).isLessThan(began + timeout.toMillis());
        proxy.clear();
        function.succeeds(event(put(2, item("a", "v", n("2")))));
        assertThat(items(replica)).containsExactly(item("a", "v", n("2")));
    }

    @Test
    void without_any_time_left_nothing_is_begun() {
        DynamoTable replica = replica();
        LambdaProcess function = replicateTo(at(replica));
        function.succeeds(event(put(1, item("a"))));
        assertThat(function.invoke(event(put(2, item("b"))), Duration.ZERO)).isEqualTo(from(sequence(2)));
        assertThat(items(replica)).containsExactly(item("a"));
    }

    @Test
    void where_partial_answers_are_not_heeded_the_whole_event_fails() {
        DynamoTable replica = replica();
        LambdaProcess function =
                replicate(Map.of("LOCKSTEP_REPLICAS", at(replica), "LOCKSTEP_REPORT_BATCH_ITEM_FAILURES", "false"));
        function.succeeds(event(put(1, item("a"))));
        Answer answer = function.invoke(event(put(2, item("b")), events.unreadable(3, key("c"))));
        assertThat(answer.error()).isTrue();
        assertThat(answer.body()).contains(sequence(3));
    }

    @Test
    void wrong_settings_are_told_at_the_start_all_at_once() {
        LambdaProcess function = replicate(Map.of(
                "LOCKSTEP_REPLICAS", "nowhere",
                "TurnoverRole", "DURING",
                "LOCKSTEP_REPLICA", "eu-west-1/x",
                "ReplicaSecretAccessKey", "canary-secret"));
        Answer answer = function.answer();
        assertThat(answer.error()).isTrue();
        assertThat(answer.body())
                .contains("LOCKSTEP_REPLICAS", "nowhere", "TurnoverRole", "TurnoverAt", "LOCKSTEP_REPLICA:")
                .contains("ReplicaAccessKeyId")
                .doesNotContain("canary-secret");
    }

    @Test
    void a_replica_that_does_not_exist_is_told_at_the_start() {
        Answer answer = replicateTo(DYNAMO.endpoint() + "/nobody").answer();
        assertThat(answer.error()).isTrue();
        assertThat(answer.body()).contains("no such table");
    }

    @Test
    void the_log_tells_counts_and_no_values() {
        DynamoTable replica = replica();
        LambdaProcess function = replicate(Map.of("LOCKSTEP_REPLICAS", at(replica), "LOCKSTEP_METRICS", "Lockstep"));
        function.succeeds(event(put(1, item("canary-key", "canary-name", s("canary-value")))));
        assertThat(function.log())
                .contains("\"lockstep\":\"replicate\"", "\"LagMillis\":", "\"Namespace\":\"Lockstep\"", at(replica))
                .doesNotContain("canary");
    }
}
