package dev.lockstep.streams;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.itemOfAttributes;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.replicate.Backlog.Entry;
import dev.lockstep.replicate.GuardedTable;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.GuardTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.TestDynamo;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** On DynamoDB Local: the guard's transactions are the service's. */
class TargetTest {
    private static final TestDynamo DYNAMO = TestDynamo.shared();

    private final Pool pool = Pool.of("test", 8);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void a_noted_item_with_more_attributes_than_a_condition_holds_is_settled_behind_a_guard_too() {
        Item old = itemOfAttributes("wide", 300);
        Map<String, AttributeValue> changed = new LinkedHashMap<>(old.attributes());
        changed.put("a7", n("-7"));
        MemoryTable memory = new MemoryTable("primary", BY_STRING).put(Item.of(changed));
        RetryingTable primary = RetryingTable.over(memory, RetryPolicy.BRIEF, RetryingTable.Listener.NONE);
        DynamoTable replica = DYNAMO.table("guarded", BY_STRING);
        replica.write(List.of(put(old)));
        String name = "guard-" + UUID.randomUUID();
        GuardTable.create(DYNAMO.client(), name);
        GuardTable guard = new GuardTable(
                DYNAMO.client(), name, replica, Duration.ofDays(2), RetryPolicy.BRIEF, RetryingTable.Listener.NONE);
        Target target = new Target(
                "id",
                new GuardedTable("replica", guard, primary, false, pool),
                Optional.of(RetryingTable.over(replica, RetryPolicy.BRIEF, RetryingTable.Listener.NONE)));
        Entry entry = new Entry(key("wide"), "0005", 0, key("row"), "stamp");
        assertThat(target.settler(primary, pool).settle(List.of(entry))).isEmpty();
        assertThat(replica.scan(new Segment(0, 1), null, 0, Consistency.STRONG).items())
                .containsExactly(Item.of(changed));
    }
}
