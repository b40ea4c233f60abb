package dev.lockstep.replicate;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.LockstepException;
import dev.lockstep.change.Change;
import dev.lockstep.change.DynamoRecord;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.change.TestRecords;
import dev.lockstep.replicate.DeadLetters.Letter;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemTransformation;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.View;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

class ReplicatorTest {
    private static final KeySchema STATE =
            new KeySchema(new KeyAttribute(StateRow.ID, ScalarAttributeType.S), Optional.empty());
    private static final RetryPolicy QUICK = new RetryPolicy(1_000, Duration.ofMillis(1), Duration.ofMillis(5));

    private final Pool pool = Pool.unbounded("test");
    private final MemoryTable primary = new MemoryTable("primary", BY_STRING);
    private final MemoryTable state = new MemoryTable("state", STATE);
    private final TestDestination a = new TestDestination("a", BY_STRING, pool);
    private final TestDestination b = new TestDestination("b", BY_STRING, pool);
    private final List<Letter> letters = new CopyOnWriteArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        pool.close();
    }

    private static RetryingTable retrying(MemoryTable table) {
        return RetryingTable.over(table, RetryPolicy.BRIEF, RetryingTable.Listener.NONE);
    }

    private Backlog backlog(String destination) {
        return new Backlog(retrying(state), destination, BY_STRING, pool);
    }

    private Delivery alone(TestDestination destination) {
        return new Delivery(destination, Optional.empty(), Duration.ofMillis(50), QUICK, pool, log::add);
    }

    private Delivery amongOthers(TestDestination destination) {
        return new Delivery(
                destination, Optional.of(backlog(destination.name())), Duration.ofMillis(50), QUICK, pool, log::add);
    }

    private Replicator replicator(Replicator.Settings settings, Delivery... deliveries) {
        return new Replicator(retrying(primary), List.of(deliveries), settings, letters::addAll, pool);
    }

    private static Item version(String id, int v) {
        return item(id, "v", n("" + v));
    }

    @Test
    void ten_changes_of_a_key_in_a_batch_cost_one_write() {
        List<StreamRecord> records = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            records.add(TestRecords.change(i, key("hot"), version("hot", i)));
        }
        var applied = replicator(Replicator.Settings.DEFAULT, alone(a)).apply("s", records);
        assertThat(a.table.items()).containsExactly(version("hot", 10));
        assertThat(a.table.usage().writeUnits()).isEqualTo(1);
        assertThat(applied.records()).isEqualTo(10);
        assertThat(applied.oldestMillis())
                .isEqualTo(TestRecords.NOON.plusSeconds(1).toEpochMilli());
    }

    @Test
    void a_hundred_changes_of_different_keys_cost_four_requests() {
        List<StreamRecord> records = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            records.add(TestRecords.change(i, key("k" + i), version("k" + i, i)));
        }
        replicator(Replicator.Settings.DEFAULT, alone(a)).apply("s", records);
        assertThat(a.table.items()).hasSize(100);
        assertThat(a.table.usage().requests()).isEqualTo(Map.of("BatchWriteItem", 4L));
    }

    @Test
    void attributes_of_old_global_tables_are_not_written_to_a_replica() {
        Item global = item("k", Map.of("v", n("1"), "aws:rep:updateregion", n("2")));
        replicator(Replicator.Settings.DEFAULT, alone(a)).apply("s", List.of(TestRecords.change(1, key("k"), global)));
        assertThat(a.table.items()).containsExactly(version("k", 1));
    }

    @Test
    void what_the_stream_does_not_tell_is_read_from_the_primary() {
        primary.put(version("there", 7));
        a.table.put(version("gone", 1));
        replicator(Replicator.Settings.DEFAULT, alone(a))
                .apply("s", List.of(TestRecords.keysOnly(1, key("there")), TestRecords.keysOnly(2, key("gone"))));
        assertThat(a.table.items()).containsExactly(version("there", 7));
        assertThat(primary.usage().requests()).isEqualTo(Map.of("BatchGetItem", 1L));
    }

    @Test
    void deletes_by_ttl_are_left_out_where_that_is_asked_for_and_the_change_before_them_is_not() {
        var records = List.<StreamRecord>of(
                TestRecords.change(1, key("k"), version("k", 1)), TestRecords.expiry(2, key("k")));
        Replicator skipping = replicator(new Replicator.Settings(true), alone(a));
        skipping.apply("s", records);
        assertThat(a.table.items()).containsExactly(version("k", 1));
        assertThat(skipping.counts().skipped()).isEqualTo(1);
        replicator(Replicator.Settings.DEFAULT, alone(b)).apply("s", records);
        assertThat(b.table.items()).isEmpty();
    }

    @Test
    void replicas_get_what_the_view_shows_and_an_item_that_it_shows_no_more_is_deleted() {
        View view = new View(
                List.of(item -> !item.attributes().get("v").n().equals("2")),
                List.of(ItemTransformation.renaming("v", "w")));
        Replicator viewing = replicator(new Replicator.Settings(false, view), alone(a));
        primary.put(version("read", 1));
        viewing.apply(
                "s",
                List.of(
                        TestRecords.change(1, key("kept"), version("kept", 1)),
                        TestRecords.change(2, key("rejected"), version("rejected", 1)),
                        TestRecords.keysOnly(3, key("read"))));
        assertThat(a.table.items()).hasSize(3).contains(item("kept", "w", n("1")), item("read", "w", n("1")));
        viewing.apply("s", List.of(TestRecords.change(4, key("rejected"), version("rejected", 2))));
        assertThat(a.table.items()).containsExactlyInAnyOrder(item("kept", "w", n("1")), item("read", "w", n("1")));
        assertThat(letters).isEmpty();
    }

    @Test
    void a_change_whose_item_the_view_cannot_show_is_set_aside_and_the_others_are_applied() {
        View view = View.of((ItemTransformation) item -> {
            if (item.attributes().get("v").n().equals("2")) {
                throw new IllegalStateException("4711");
            }
            return item;
        });
        replicator(new Replicator.Settings(false, view), alone(a))
                .apply(
                        "s",
                        List.of(
                                TestRecords.change(1, key("x"), version("x", 1)),
                                TestRecords.change(2, key("y"), version("y", 2))));
        assertThat(a.table.items()).containsExactly(version("x", 1));
        assertThat(letters).hasSize(1).allSatisfy(l -> assertThat(l.error()).contains("IllegalStateException"));
    }

    @Test
    void a_destination_that_is_alone_is_waited_for() throws Exception {
        a.away = true;
        Delivery delivery = alone(a);
        Replicator replicator = replicator(Replicator.Settings.DEFAULT, delivery);
        Future<?> running =
                pool.ahead(() -> replicator.apply("s", List.of(TestRecords.change(1, key("k"), version("k", 1)))));
        Awaitility.await().until(() -> delivery.health().failure().isPresent());
        assertThat(running.isDone()).isFalse();
        assertThat(delivery.health().failure().get().problem()).isEqualTo("it is away");
        a.away = false;
        running.get();
        assertThat(a.table.items()).containsExactly(version("k", 1));
        assertThat(delivery.health().failure()).isEmpty();
    }

    @Test
    void while_one_is_away_the_others_go_on_and_its_keys_are_kept() {
        b.away = true;
        Delivery behind = amongOthers(b);
        Replicator replicator = replicator(Replicator.Settings.DEFAULT, amongOthers(a), behind);
        for (int i = 1; i <= 30; i++) {
            replicator.apply("s", List.of(TestRecords.change(i, key("k" + i % 10), version("k" + i % 10, i))));
        }
        assertThat(a.table.items()).hasSize(10);
        assertThat(b.table.items()).isEmpty();
        assertThat(behind.health().away()).isTrue();
        assertThat(backlog("b").size()).as("each key once").isEqualTo(10);
        assertThat(backlog("a").size()).isZero();

        b.away = false;
        replicator.apply("s", List.of(TestRecords.change(40, key("k1"), version("k1", 40))));
        assertThat(b.table.items()).as("away until the backlog is worked off").isEmpty();
        behind.back();
        replicator.apply("s", List.of(TestRecords.change(41, key("k1"), version("k1", 41))));
        assertThat(b.table.items()).containsExactly(version("k1", 41));
        assertThat(log).anyMatch(line -> line.contains("b is away")).anyMatch(line -> line.contains("b is back"));
    }

    @Test
    void a_destination_that_hangs_does_not_hold_the_others_up_and_writes_nothing_behind_their_back() {
        b.hanging = new CountDownLatch(1);
        Replicator replicator = replicator(Replicator.Settings.DEFAULT, amongOthers(a), amongOthers(b));
        replicator.apply("s", List.of(TestRecords.change(1, key("k"), version("k", 1))));
        assertThat(a.table.items()).hasSize(1);
        assertThat(backlog("b").size()).isEqualTo(1);
        b.hanging.countDown();
        assertThat(b.table.items()).as("the call was given up").isEmpty();
    }

    @Test
    void a_call_that_is_given_up_before_it_began_is_not_waited_for() {
        Delivery impatient = new Delivery(a, Optional.of(backlog("a")), Duration.ZERO, QUICK, pool, log::add);
        List<Future<?>> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Change change = new Change(key("k" + i), Change.Effect.PUT, version("k" + i, i), "1", "1", 0, false);
            calls.add(pool.ahead(() -> impatient.deliver(List.of(change))));
        }
        Awaitility.await().until(() -> calls.stream().allMatch(Future::isDone));
    }

    @Test
    void a_key_that_is_noted_again_is_not_struck() {
        Backlog backlog = backlog("b");
        var change = List.of(new Change(key("k"), Change.Effect.DELETE, null, "1", "1", 0, false));
        backlog.note(change);
        List<Backlog.Entry> seen = new ArrayList<>();
        backlog.forEach(seen::addAll);
        backlog.note(change);
        backlog.strike(seen);
        assertThat(backlog.size()).isEqualTo(1);
        backlog.forEach(backlog::strike);
        assertThat(backlog.size()).isZero();
    }

    @Test
    void a_backlog_of_many_pages_is_handed_out_whole() {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            changes.add(new Change(key("k" + i), Change.Effect.DELETE, null, "" + i, "1", 0, false));
        }
        state.pagesOf(37);
        backlog("b").note(changes);
        backlog("other").note(changes.subList(0, 10));
        List<Backlog.Entry> seen = new ArrayList<>();
        backlog("b").forEach(seen::addAll);
        assertThat(seen).extracting(Backlog.Entry::key).doesNotHaveDuplicates().hasSize(1_000);
        assertThat(seen).allMatch(e -> e.key().equals(key("k" + Integer.parseInt(e.order()))));
    }

    @Test
    void a_record_that_is_refused_goes_to_the_dead_letters_and_the_others_are_applied() {
        a.refused.add(key("odd"));
        Replicator replicator = replicator(Replicator.Settings.DEFAULT, alone(a), alone(b));
        replicator.apply(
                "s",
                List.of(
                        TestRecords.change(1, key("odd"), version("odd", 1)),
                        TestRecords.change(2, key("k"), version("k", 1)),
                        new DynamoRecord(Record.builder().eventName("INSERT").build())));
        assertThat(a.table.items()).containsExactly(version("k", 1));
        assertThat(b.table.items()).hasSize(2);
        assertThat(letters).extracting(Letter::destination).containsExactlyInAnyOrder("", "a");
        assertThat(letters).extracting(Letter::error).contains("too odd");
        assertThat(replicator.counts().deadLetters()).isEqualTo(2);
    }

    @Test
    void without_a_place_for_dead_letters_nothing_is_skipped() {
        a.refused.add(key("odd"));
        Replicator replicator = new Replicator(
                retrying(primary), List.of(alone(a)), Replicator.Settings.DEFAULT, DeadLetters.NONE, pool);
        assertThatThrownBy(() ->
                        replicator.apply("shard-7", List.of(TestRecords.change(1, key("odd"), version("odd", 1)))))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("shard-7 to " + a.name())
                .hasMessageContaining("too odd")
                .hasMessageContaining("--dead-letter");
    }

    @Test
    void one_item_that_the_service_refuses_does_not_keep_its_batch() {
        Item tooLarge = dev.lockstep.table.TestItems.itemOfBytes("large", Item.MAX_BYTES + 1);
        List<StreamRecord> records = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            records.add(TestRecords.change(i, key("k" + i), version("k" + i, i)));
        }
        records.add(20, TestRecords.change(50, key("large"), tooLarge));
        replicator(Replicator.Settings.DEFAULT, alone(a)).apply("s", records);
        assertThat(a.table.items()).hasSize(40);
        assertThat(letters).extracting(Letter::destination).containsExactly("a");
    }
}
