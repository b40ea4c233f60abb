package dev.lockstep.lambda;

import static dev.lockstep.lambda.Events.NOON;
import static dev.lockstep.lambda.Events.event;
import static dev.lockstep.lambda.Events.sequence;
import static dev.lockstep.lambda.LambdaProcess.from;
import static dev.lockstep.table.TestItems.BY_BINARY;
import static dev.lockstep.table.TestItems.b;
import static dev.lockstep.table.TestItems.bs;
import static dev.lockstep.table.TestItems.bytes;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.l;
import static dev.lockstep.table.TestItems.m;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.lambda.RuntimeApi.Answer;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.GuardTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.TestDynamo;
import dev.lockstep.table.Write;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.JsonNode;

/** Changes by way of Kinesis: times instead of an order, repeated and reordered, binary values encoded twice. */
class KinesisTest {
    private static final TestDynamo DYNAMO = TestDynamo.shared();
    private static final Key KEY = BY_BINARY.keyOf(Map.of("id", b(0, 200)));
    private static final long MILLIS = NOON * 1_000;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final DynamoTable primary = DYNAMO.table("primary", BY_BINARY);
    private final DynamoTable replica = DYNAMO.table("replica", BY_BINARY);
    private final Events events = new Events(primary.name());

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private LambdaProcess replicate(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("LOCKSTEP_REPLICAS", DYNAMO.endpoint() + "/" + replica.name());
        LambdaProcess process = LambdaProcess.start(Replicate.class, environment);
        open.add(process);
        return process;
    }

    private Map<String, String> guarded() {
        String guard = "guard-" + UUID.randomUUID();
        GuardTable.create(DYNAMO.client(), guard);
        return Map.of("LOCKSTEP_PRIMARY", primaryRef(), "LOCKSTEP_ORDERING_GUARD", guard);
    }

    private String primaryRef() {
        return DYNAMO.endpoint() + "/" + primary.name();
    }

    private static Item version(int version) {
        return item(b(0, 200), Map.of("v", n("" + version)));
    }

    private static Item binaries() {
        Map<String, AttributeValue> values = Map.of(
                "b", b(255, 0), "bs", bs(bytes(1), bytes(254)), "l", l(b(3), m(Map.of("b", b(128)))), "n", n("1"));
        return item(b(0, 200), values);
    }

    private List<Item> replicated() {
        return replica.scan(new Segment(0, 1), null, 0, Consistency.STRONG).items();
    }

    private JsonNode millis(long sequence, long at, Item image) {
        return events.kinesis(sequence, MILLIS + at, false, KEY, image);
    }

    @Test
    void without_a_guard_each_item_is_taken_from_the_primary() {
        primary.write(List.of(new Write.Put(KEY, binaries())));
        LambdaProcess function = replicate(Map.of("LOCKSTEP_PRIMARY", primaryRef()));
        function.succeeds(event(millis(1, 2, version(2)), millis(2, 1, version(1))));
        assertThat(replicated()).containsExactly(binaries());
        primary.write(List.of(new Write.Delete(KEY)));
        function.succeeds(event(millis(3, 3, version(3))));
        assertThat(replicated()).isEmpty();
    }

    @Test
    void without_a_guard_and_a_primary_nothing_is_written() {
        Answer answer = replicate(Map.of()).invoke(event(millis(1, 1, version(1))));
        assertThat(answer.error()).isTrue();
        assertThat(answer.body()).contains("LOCKSTEP_PRIMARY");
        assertThat(replicated()).isEmpty();
    }

    @Test
    void with_a_guard_the_images_are_taken_in_milliseconds_and_in_microseconds() {
        LambdaProcess function = replicate(guarded());
        function.succeeds(event(millis(1, 1, version(1))));
        assertThat(replicated()).containsExactly(version(1));
        function.succeeds(event(events.kinesis(2, (MILLIS + 1) * 1_000 + 1, true, KEY, binaries())));
        assertThat(replicated()).containsExactly(binaries());
    }

    @Test
    void with_a_guard_an_older_change_that_comes_late_stays_out() {
        LambdaProcess function = replicate(guarded());
        function.succeeds(event(millis(1, 5, version(5)), millis(2, 4, version(4))));
        function.succeeds(event(millis(3, 3, version(3))));
        assertThat(replicated()).containsExactly(version(5));
        function.succeeds(event(millis(4, 6, null)));
        function.succeeds(event(millis(5, 5, version(5))));
        assertThat(replicated()).isEmpty();
    }

    @Test
    void with_a_guard_changes_of_the_same_time_are_decided_by_the_primary() {
        primary.write(List.of(new Write.Put(KEY, version(2))));
        LambdaProcess function = replicate(guarded());
        function.succeeds(event(millis(1, 1, version(2)), millis(2, 1, version(1))));
        assertThat(replicated()).containsExactly(version(2));
    }

    @Test
    void what_is_no_change_of_a_table_is_poison() {
        LambdaProcess function = replicate(guarded());
        JsonNode noise = Events.kinesis(2, "hello".getBytes(StandardCharsets.UTF_8));
        assertThat(function.invoke(event(millis(1, 1, version(1)), noise))).isEqualTo(from(sequence(2)));
        assertThat(function.invoke(event(noise))).isEqualTo(from(sequence(2)));
        assertThat(replicated()).containsExactly(version(1));
    }

    @Test
    void changes_of_another_table_are_not_taken_for_those_of_the_primary() {
        LambdaProcess function = replicate(guarded());
        JsonNode foreign = new Events("another").kinesis(2, MILLIS, false, KEY, version(1));
        assertThat(function.invoke(event(foreign)).body()).contains("it is of table another");
        assertThat(function.invoke(event(millis(1, 1, version(1)), foreign)).body())
                .contains("several tables");
        assertThat(replicated()).isEmpty();
    }
}
