package dev.lockstep.replicate;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.itemOfBytes;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Change;
import dev.lockstep.change.Change.Effect;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.GuardTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.TestDynamo;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On DynamoDB Local: transactions are the service's. */
class GuardedTableTest {
    private static final TestDynamo DYNAMO = TestDynamo.shared();

    private final Pool pool = Pool.of("test", 8);
    private final MemoryTable primary = new MemoryTable("primary", BY_STRING);
    private DynamoTable replica;
    private GuardTable guard;

    @BeforeEach
    void open() {
        replica = DYNAMO.table("guarded", BY_STRING);
        String name = "guard-" + UUID.randomUUID();
        GuardTable.create(DYNAMO.client(), name);
        GuardTable.create(DYNAMO.client(), name);
        RetryPolicy patient = new RetryPolicy(50, Duration.ofMillis(5), Duration.ofMillis(100));
        guard = new GuardTable(
                DYNAMO.client(), name, replica, Duration.ofDays(2), patient, RetryingTable.Listener.NONE);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private GuardedTable destination(boolean ordersTie) {
        RetryingTable from = RetryingTable.over(primary, RetryPolicy.BRIEF, RetryingTable.Listener.NONE);
        return new GuardedTable("replica", guard, from, ordersTie, pool);
    }

    private static Change change(String id, int order, Item image) {
        return new Change(
                key(id),
                image == null ? Effect.DELETE : Effect.PUT,
                image,
                String.format("%040d", order),
                "" + order,
                0,
                false);
    }

    private static Item version(String id, int v) {
        return item(id, "v", n("" + v));
    }

    private List<Item> items() {
        return replica.scan(new Segment(0, 1), null, 0, Consistency.STRONG).items();
    }

    @Test
    void an_older_change_that_comes_late_is_passed_over() {
        GuardedTable destination = destination(false);
        destination.apply(List.of(change("k", 5, version("k", 5))));
        destination.apply(List.of(change("k", 3, version("k", 3)), change("other", 1, version("other", 1))));
        assertThat(items()).containsExactlyInAnyOrder(version("k", 5), version("other", 1));
    }

    @Test
    void a_deleted_item_does_not_come_back() {
        GuardedTable destination = destination(false);
        destination.apply(List.of(change("k", 5, null)));
        destination.apply(List.of(change("k", 4, version("k", 4))));
        assertThat(items()).isEmpty();
        destination.apply(List.of(change("k", 6, version("k", 6))));
        assertThat(items()).containsExactly(version("k", 6));
    }

    @Test
    void a_change_that_comes_again_changes_nothing() {
        GuardedTable destination = destination(false);
        Change change = change("k", 5, version("k", 5));
        assertThat(destination.apply(List.of(change))).isEmpty();
        assertThat(destination.apply(List.of(change))).isEmpty();
        assertThat(items()).containsExactly(version("k", 5));
    }

    @Test
    void at_a_tie_the_primary_tells() {
        GuardedTable destination = destination(true);
        primary.put(version("k", 9));
        destination.apply(List.of(change("k", 5, version("k", 5))));
        destination.apply(List.of(change("k", 5, version("k", 6))));
        assertThat(items()).containsExactly(version("k", 9));
    }

    @Test
    void raising_the_guard_shuts_out_what_was_under_way() {
        GuardedTable destination = destination(false);
        destination.apply(List.of(change("k", 5, version("k", 5))));
        destination.raise(List.of(new Backlog.Entry(key("k"), String.format("%040d", 7), 0, key("row"), "")));
        destination.apply(List.of(change("k", 6, version("k", 6))));
        assertThat(items()).containsExactly(version("k", 5));
        destination.apply(List.of(change("k", 8, version("k", 8))));
        assertThat(items()).containsExactly(version("k", 8));
    }

    @Test
    void an_item_that_cannot_be_written_does_not_keep_the_others() {
        Item tooLarge = itemOfBytes("large", Item.MAX_BYTES + 1);
        var refused = destination(false)
                .apply(List.of(
                        change("a", 1, version("a", 1)),
                        change("large", 1, tooLarge),
                        change("b", 1, version("b", 1))));
        assertThat(refused).extracting(r -> r.change().key()).containsExactly(key("large"));
        assertThat(items()).containsExactlyInAnyOrder(version("a", 1), version("b", 1));
    }

    @Test
    void whatever_order_changes_come_in_and_however_often_the_newest_are_there_in_the_end() {
        Random random = new Random(20261121);
        Map<Key, Item> expected = new HashMap<>();
        List<Change> changes = new ArrayList<>();
        for (int i = 1; i <= 400; i++) {
            String id = "k" + random.nextInt(40);
            Item image = random.nextInt(4) == 0 ? null : version(id, i);
            changes.add(change(id, i, image));
            expected.put(key(id), image);
        }
        changes.addAll(List.copyOf(changes.subList(100, 300)));
        Collections.shuffle(changes, random);
        GuardedTable destination = destination(false);
        List<Supplier<Boolean>> batches = new ArrayList<>();
        for (int from = 0; from < changes.size(); from += 15) {
            var some =
                    dev.lockstep.change.ChangeBatch.newest(changes.subList(from, Math.min(changes.size(), from + 15)));
            batches.add(() -> destination.apply(some).isEmpty());
        }
        try (Pool racers = Pool.of("race", 4)) {
            assertThat(racers.all(batches)).containsOnly(true);
        }
        expected.values().removeIf(java.util.Objects::isNull);
        assertThat(items()).containsExactlyInAnyOrderElementsOf(expected.values());
    }
}
