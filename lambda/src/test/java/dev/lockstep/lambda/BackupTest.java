package dev.lockstep.lambda;

import static dev.lockstep.lambda.Events.event;
import static dev.lockstep.lambda.Events.sequence;
import static dev.lockstep.lambda.LambdaProcess.from;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.BY_STRING_AND_NUMBER;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.s;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.backup.ChangeLog;
import dev.lockstep.lambda.RuntimeApi.Answer;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore.Entry;
import dev.lockstep.objects.S3Objects;
import dev.lockstep.objects.TestS3;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.TestDynamo;
import dev.lockstep.table.Write;
import dev.lockstep.work.Pool;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The function in Lambda's own runtime, before an S3 server. */
class BackupTest {
    private static final TestDynamo DYNAMO = TestDynamo.shared();
    /** The name that mapbox's function, from its version 10.1.0, gives to the item {@code record-1}. */
    private static final String RECORD_1 = "d9b6990bcccce4c29a5f27866bf6f105a0fe391a29c4092e795f0b3c6528e4ac";

    private final List<AutoCloseable> open = new ArrayList<>();
    private final S3Objects bucket = TestS3.bucket();
    private final FaultProxy dynamo = DYNAMO.proxy();
    private final FaultProxy s3 = TestS3.proxy();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        dynamo.close();
        s3.close();
    }

    private LambdaProcess backup(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("AWS_ENDPOINT_URL_DYNAMODB", dynamo.endpoint().toString());
        environment.put("AWS_ENDPOINT_URL_S3", s3.endpoint().toString());
        if (!more.containsKey("LOCKSTEP_BACKUPS")) {
            environment.put("BackupBucket", bucketName());
            environment.put("BackupPrefix", "backups/daily");
            environment.put("BackupRegion", "us-east-1");
        }
        LambdaProcess process = LambdaProcess.start(Backup.class, environment);
        open.add(process);
        return process;
    }

    private String bucketName() {
        return bucket.name().substring("s3://".length());
    }

    private List<String> objects() {
        return bucket.list("").map(Entry::key).toList();
    }

    private String content(String key) {
        return new String(bucket.get(key).orElseThrow().content(), StandardCharsets.UTF_8);
    }

    private static JsonNode put(Events events, long sequence, Item item) {
        return events.change(sequence, BY_STRING.keyOf(item.attributes()), item);
    }

    private static Key key(String id) {
        return BY_STRING.keyOf(Map.of("id", s(id)));
    }

    @Test
    void items_are_objects_under_mapbox_names_and_deletes_delete_them() {
        DynamoTable table = DYNAMO.table("orders", BY_STRING);
        Events events = new Events(table.name());
        LambdaProcess function = backup(Map.of());
        String object = "backups/daily/" + table.name() + "/" + RECORD_1;
        function.succeeds(event(put(events, 1, item("record-1", "n", n("1"))), put(events, 2, item("record-2"))));
        assertThat(objects()).hasSize(2).contains(object);
        assertThat(content(object)).isEqualTo("{\"id\":{\"S\":\"record-1\"},\"n\":{\"N\":\"1\"}}");
        function.succeeds(event(events.change(3, key("record-1"), null)));
        assertThat(objects()).hasSize(1).doesNotContain(object);
        assertThat(function.log()).contains("\"lockstep\":\"backup\"");
    }

    @Test
    void any_number_of_folders_is_kept() {
        DynamoTable table = DYNAMO.table("orders", BY_STRING);
        LambdaProcess function = backup(Map.of("LOCKSTEP_BACKUPS", bucket.name() + "/one," + bucket.name() + "/two"));
        function.succeeds(event(put(new Events(table.name()), 1, item("record-1"))));
        assertThat(objects())
                .containsExactlyInAnyOrder(
                        "one/" + table.name() + "/" + RECORD_1, "two/" + table.name() + "/" + RECORD_1);
    }

    @Test
    void with_a_change_log_every_record_is_kept_even_when_events_come_again() {
        DynamoTable table = DYNAMO.table("orders", BY_STRING);
        Events events = new Events(table.name());
        LambdaProcess function = backup(Map.of("BackupChangeLog", "true"));
        String first = event(put(events, 1, item("a", "n", n("1"))), put(events, 2, item("a", "n", n("2"))));
        function.succeeds(first);
        function.succeeds(first);
        function.succeeds(event(put(events, 2, item("a", "n", n("2"))), events.change(3, key("a"), null)));
        try (Pool calls = Pool.of("calls", 2)) {
            ObjectRef prefix = ObjectRef.parse(bucket.name() + "/backups/daily");
            ChangeLog log = ChangeLog.open(bucket, prefix, table.name(), calls);
            assertThat(log.history(key("a")))
                    .extracting(version -> version.item().map(Item::attributes).map(a -> a.get("n")))
                    .containsExactly(Optional.of(n("1")), Optional.of(n("2")), Optional.empty());
            assertThat(log.unprovable(Instant.EPOCH, Instant.now())).isTrue();
        }
        assertThat(objects().stream().filter(object -> object.endsWith(".gz"))).hasSize(2);
    }

    @Test
    void while_the_change_log_cannot_be_written_nothing_counts_as_done() {
        DynamoTable table = DYNAMO.table("orders", BY_STRING);
        Events events = new Events(table.name());
        LambdaProcess function = backup(Map.of("BackupChangeLog", "true"));
        function.succeeds(event(put(events, 1, item("a"))));
        s3.on("PutObject").times(1).inject(Fault.accessDenied());
        assertThat(function.invoke(event(put(events, 2, item("b"))))).isEqualTo(from(sequence(2)));
        assertThat(function.log()).contains("lockstep-changes");
    }

    @Test
    void the_partition_key_comes_first_in_the_name_whatever_order_the_event_has() {
        DynamoTable table = DYNAMO.table("orders", BY_STRING_AND_NUMBER);
        Item one = item("a", "at", n("1"));
        Key key = BY_STRING_AND_NUMBER.keyOf(one.attributes());
        LambdaProcess function = backup(Map.of());
        String event = event(new Events(table.name()).change(1, key, one));
        String turned = event.replace(
                "\"Keys\":{\"id\":{\"S\":\"a\"},\"at\":{\"N\":\"1\"}}",
                "\"Keys\":{\"at\":{\"N\":\"1\"},\"id\":{\"S\":\"a\"}}");
        assertThat(turned).isNotEqualTo(event);
        function.succeeds(event);
        function.succeeds(turned);
        assertThat(objects()).hasSize(1);
    }

    @Test
    void a_key_of_one_attribute_needs_no_description_of_the_table() {
        dynamo.on("DescribeTable").inject(Fault.accessDenied());
        LambdaProcess function = backup(Map.of());
        function.succeeds(event(put(new Events("orders"), 1, item("record-1"))));
        assertThat(objects()).containsExactly("backups/daily/orders/" + RECORD_1);
    }

    @Test
    void a_key_of_two_attributes_whose_order_is_not_known_is_not_guessed() {
        dynamo.on("DescribeTable").inject(Fault.accessDenied());
        Item one = item("a", "at", n("1"));
        Key key = BY_STRING_AND_NUMBER.keyOf(one.attributes());
        Answer answer = backup(Map.of()).invoke(event(new Events("orders").change(1, key, one)));
        assertThat(answer.error()).isTrue();
        assertThat(answer.body()).contains("dynamodb:DescribeTable", "LOCKSTEP_PRIMARY");
        assertThat(objects()).isEmpty();
    }

    @Test
    void a_bucket_that_slows_down_is_waited_for() {
        s3.on("PutObject").times(5).inject(Fault.slowDown());
        s3.on("PutObject").times(2).inject(Fault.resetBefore());
        Events events = new Events(DYNAMO.table("orders", BY_STRING).name());
        backup(Map.of())
                .succeeds(event(IntStream.range(0, 20)
                        .mapToObj(i -> put(events, i, item("k" + i)))
                        .toArray(JsonNode[]::new)));
        assertThat(objects()).hasSize(20);
    }

    @Test
    void a_bucket_that_is_away_makes_Lambda_send_again() {
        Events events = new Events(DYNAMO.table("orders", BY_STRING).name());
        LambdaProcess function = backup(Map.of());
        s3.on("*").inject(Fault.resetBefore());
        String event = event(put(events, 1, item("a")), put(events, 2, item("b")));
        assertThat(function.invoke(event, Duration.ofSeconds(6))).isEqualTo(from(sequence(1)));
        s3.clear();
        function.succeeds(event);
        assertThat(objects()).hasSize(2);
    }

    @Test
    void from_kinesis_the_items_are_those_of_the_primary() {
        DynamoTable table = DYNAMO.table("orders", BY_STRING);
        table.write(List.of(new Write.Put(key("record-1"), item("record-1", "v", n("2")))));
        assertThat(table.read(List.of(key("record-1")), Consistency.STRONG).items())
                .hasSize(1);
        LambdaProcess function = backup(Map.of("LOCKSTEP_PRIMARY", dynamo.endpoint() + "/" + table.name()));
        Item older = item("record-1", "v", n("1"));
        function.succeeds(
                event(new Events(table.name()).kinesis(1, Events.NOON * 1_000, false, key("record-1"), older)));
        assertThat(content("backups/daily/" + table.name() + "/" + RECORD_1)).contains("{\"N\":\"2\"}");
    }

    @Test
    void records_that_can_never_be_applied_are_parked_where_told_and_the_others_go_on() {
        Events events = new Events(DYNAMO.table("orders", BY_STRING).name());
        LambdaProcess function = backup(Map.of("LOCKSTEP_DEAD_LETTERS", bucket.name() + "/dead"));
        String event = event(
                events.unreadable(1, key("x")), put(events, 2, item("a", "v", s("LONE"))), put(events, 3, item("b")));
        function.succeeds(event.replace("LONE", "\\ud800"));
        List<String> dead =
                objects().stream().filter(key -> key.startsWith("dead/")).toList();
        assertThat(dead).hasSize(1);
        assertThat(content(dead.get(0))).contains(sequence(1), sequence(2)).doesNotContain(sequence(3));
        assertThat(objects()).hasSize(2);
        assertThat(function.log()).contains("\"Parked\":2");
    }

    @Test
    void records_that_cannot_be_parked_are_not_skipped() {
        Events events = new Events(DYNAMO.table("orders", BY_STRING).name());
        LambdaProcess function = backup(Map.of("LOCKSTEP_DEAD_LETTERS", "s3://no-such-bucket-of-ours/dead"));
        Answer answer = function.invoke(event(put(events, 1, item("a")), events.unreadable(2, key("x"))));
        assertThat(answer).isEqualTo(from(sequence(2)));
        assertThat(function.log()).contains("notParked", "NoSuchBucket");
    }
}
