package dev.lockstep.verify;

import static dev.lockstep.verify.Fixtures.BY_CUSTOMER_AND_ORDER;
import static dev.lockstep.verify.Fixtures.BY_ID;
import static dev.lockstep.verify.Fixtures.filled;
import static dev.lockstep.verify.Fixtures.item;
import static dev.lockstep.verify.Fixtures.key;
import static dev.lockstep.verify.Fixtures.order;
import static dev.lockstep.verify.Fixtures.remove;
import static dev.lockstep.verify.Fixtures.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.table.ForwardingTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.verify.DiffResult.Counts;
import dev.lockstep.verify.Discrepancy.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class DiffTest {
    private static final DiffSettings AT_ONCE = DiffSettings.DEFAULT.withSettle(Duration.ZERO);
    /** So small that the window holds some dozens of items. */
    private static final long TINY_HEAP = 1 << 20;

    private final List<Discrepancy> found = new ArrayList<>();

    private Counts diff(Table primary, Table replica, DiffSettings settings) {
        DiffResult result = new Diff(primary, List.of(replica), settings).run(found::add);
        return result.replicas().get(0).counts();
    }

    @Test
    void equal_tables_are_told_by_scans_alone() {
        MemoryTable primary = filled("primary", 2_000).pagesOf(70);
        MemoryTable replica = filled("replica", 2_000).pagesOf(31);
        assertThat(diff(primary, replica, AT_ONCE)).isEqualTo(new Counts(2_000, 0, 0, 0, 0, 0));
        assertThat(primary.usage().requests()).containsOnlyKeys("Scan");
        assertThat(replica.usage().requests()).containsOnlyKeys("Scan");
        assertThat(found).isEmpty();
    }

    /** The primary's scan stops half way until the difference at its beginning has been told. */
    @Test
    void what_is_missing_is_found_while_the_tables_are_still_read() {
        MemoryTable primary = filled("primary", 400).pagesOf(20);
        MemoryTable replica = filled("replica", 400).pagesOf(20);
        remove(replica, key(replica, primary.items().get(60)));
        CountDownLatch told = new CountDownLatch(1);
        AtomicInteger pages = new AtomicInteger();
        AtomicBoolean inTime = new AtomicBoolean();
        Table stopping = new ForwardingTable(primary) {
            @Override
            public Page scan(Segment segment, Key start, int limit, Consistency consistency) {
                if (pages.incrementAndGet() == 12) {
                    try {
                        inTime.set(told.await(20, TimeUnit.SECONDS));
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
                return super.scan(segment, start, limit, consistency);
            }
        };
        DiffResult result =
                new Diff(stopping, List.of(replica), AT_ONCE.withSegments(1)).run(missing -> told.countDown());
        assertThat(result.replicas().get(0).counts()).isEqualTo(new Counts(399, 1, 0, 0, 0, 0));
        assertThat(inTime).isTrue();
    }

    @Test
    void empty_tables_are_equal() {
        assertThat(diff(table("primary"), table("replica"), AT_ONCE)).isEqualTo(new Counts(0, 0, 0, 0, 0, 0));
    }

    @Test
    void tables_that_share_no_key_are_compared_completely_in_a_small_window() {
        MemoryTable primary = table("primary").pagesOf(50);
        MemoryTable replica = table("replica").pagesOf(50);
        for (int i = 0; i < 3_000; i++) {
            primary.put(item(i, "a"));
            replica.put(item(10_000 + i, "a"));
        }
        assertThat(diff(primary, replica, AT_ONCE.withHeap(TINY_HEAP))).isEqualTo(new Counts(0, 3_000, 0, 3_000, 0, 0));
        assertThat(found).hasSize(6_000).extracting(Discrepancy::key).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void one_huge_item_collection_on_one_side_costs_no_more_than_its_own_items(boolean extra) {
        MemoryTable primary = new MemoryTable("primary", BY_CUSTOMER_AND_ORDER).pagesOf(100);
        MemoryTable replica = new MemoryTable("replica", BY_CUSTOMER_AND_ORDER).pagesOf(100);
        for (int c = 0; c < 3_000; c++) {
            primary.put(order("customer-" + c, 1, "a"));
            replica.put(order("customer-" + c, 1, "a"));
        }
        for (int o = 0; o < 4_000; o++) {
            (extra ? replica : primary).put(order("whale", o, "a"));
        }
        Counts counts = diff(primary, replica, AT_ONCE.withHeap(TINY_HEAP).withSegments(1));
        assertThat(counts).isEqualTo(new Counts(3_000, extra ? 0 : 4_000, 0, extra ? 4_000 : 0, 0, 0));
        double units = primary.usage().readUnits() + replica.usage().readUnits();
        assertThat(units).as("two strong reads and one eventual a finding").isLessThan(2.6 * 4_000 + 500);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void exactly_the_planted_faults_are_found_whatever_the_pages_segments_and_memory(int seed) {
        Random random = new Random(seed);
        MemoryTable primary = table("primary").pagesOf(1 + random.nextInt(200));
        MemoryTable replica = table("replica").pagesOf(1 + random.nextInt(200));
        Map<Key, Kind> planted = plant(primary, replica, random);
        Table scanned = seed % 3 == 0 ? new ReorderedTable(replica, seed, 1 + random.nextInt(100)) : replica;
        DiffSettings settings = AT_ONCE.withSegments(1 + random.nextInt(20))
                .withParallel(1 + random.nextInt(4))
                .withHeap(random.nextBoolean() ? TINY_HEAP : 1L << 30);

        Counts counts = diff(primary, scanned, settings);

        Map<Key, Kind> reported = new HashMap<>();
        found.forEach(d ->
                assertThat(reported.put(d.key(), d.kind())).as("reported once").isNull());
        assertThat(reported).isEqualTo(planted);
        assertThat(counts.compared()).isEqualTo(primary.items().size());
        assertThat(counts.unsettled()).isZero();
    }

    private static Map<Key, Kind> plant(MemoryTable primary, MemoryTable replica, Random random) {
        Map<Key, Kind> planted = new HashMap<>();
        int share = 2 + random.nextInt(40);
        for (int i = 0; i < 1_500; i++) {
            int fate = random.nextInt(share);
            if (fate == 0) {
                primary.put(item(i, "a"));
                planted.put(key(i), Kind.MISSING);
            } else if (fate == 1) {
                replica.put(item(i, "a"));
                planted.put(key(i), Kind.EXTRA);
            } else {
                primary.put(item(i, "a"));
                replica.put(item(i, fate == 2 ? "b" : "a"));
                if (fate == 2) {
                    planted.put(key(i), Kind.DIFFERENT);
                }
            }
        }
        return planted;
    }

    @Test
    void the_primary_is_scanned_once_for_all_replicas() {
        MemoryTable primary = filled("primary", 1_000).pagesOf(100);
        MemoryTable good = filled("good", 1_000).pagesOf(100);
        MemoryTable short1 = filled("short", 990).pagesOf(100);
        MemoryTable empty = table("empty");
        DiffResult result = new Diff(primary, List.of(good, short1, empty), AT_ONCE.withSegments(1)).run(found::add);
        assertThat(result.replicas()).extracting(r -> r.counts().missing()).containsExactly(0L, 10L, 1_000L);
        assertThat(primary.usage().requests().get("Scan"))
                .isEqualTo(good.usage().requests().get("Scan"));
        assertThat(result.equal()).isFalse();
    }

    @Test
    void numbers_are_compared_by_value_and_to_the_last_digit() {
        MemoryTable primary = table("primary");
        MemoryTable replica = table("replica");
        primary.put(
                item("same", Map.of("n", AttributeValue.fromN("1.0"), "s", AttributeValue.fromSs(List.of("a", "b")))));
        replica.put(
                item("same", Map.of("n", AttributeValue.fromN("1e0"), "s", AttributeValue.fromSs(List.of("b", "a")))));
        primary.put(item("other", Map.of("n", AttributeValue.fromN("12345678901234567890123456789012345678"))));
        replica.put(item("other", Map.of("n", AttributeValue.fromN("12345678901234567890123456789012345679"))));
        assertThat(diff(primary, replica, AT_ONCE)).isEqualTo(new Counts(1, 0, 1, 0, 0, 0));
        assertThat(found.get(0).attributes()).containsExactly("n");
    }

    @Test
    void ignored_attributes_and_those_of_global_tables_may_differ() {
        MemoryTable primary = table("primary");
        MemoryTable replica = table("replica");
        primary.put(item(
                "a", Map.of("updated", AttributeValue.fromN("1"), "aws:rep:deleting", AttributeValue.fromBool(false))));
        replica.put(item(
                "a", Map.of("updated", AttributeValue.fromN("2"), "aws:rep:updatetime", AttributeValue.fromN("3"))));
        assertThat(diff(primary, replica, AT_ONCE).different()).isEqualTo(1);
        assertThat(diff(primary, replica, AT_ONCE.withIgnored(Set.of("updated")))
                        .same())
                .isEqualTo(1);
    }

    @Test
    void a_starting_key_skips_what_comes_before_it_in_both_tables() {
        MemoryTable primary = filled("primary", 500).pagesOf(40);
        MemoryTable replica = filled("replica", 500).pagesOf(40);
        List<Item> order = primary.items();
        remove(replica, key(primary, order.get(100)));
        remove(replica, key(primary, order.get(400)));
        Counts counts = diff(primary, replica, AT_ONCE.withStartingKey(key(primary, order.get(249))));
        assertThat(counts).isEqualTo(new Counts(249, 1, 0, 0, 0, 0));
    }

    @Test
    void segments_run_apart_add_up_to_the_whole() {
        MemoryTable primary = filled("primary", 1_000);
        MemoryTable replica = filled("replica", 950);
        Counts sum = new Counts(0, 0, 0, 0, 0, 0);
        for (int i = 0; i < 7; i++) {
            sum = sum.plus(diff(primary, replica, AT_ONCE.withOnlySegment(i, 7)));
        }
        assertThat(sum).isEqualTo(new Counts(950, 50, 0, 0, 0, 0));
    }

    @Test
    void single_keys_are_looked_at_without_a_scan() {
        MemoryTable primary = filled("primary", 10);
        MemoryTable replica = filled("replica", 9);
        DiffResult result =
                new Diff(primary, List.of(replica), AT_ONCE).run(List.of(key(3), key(9), key(77)), found::add);
        assertThat(result.replicas().get(0).counts()).isEqualTo(new Counts(1, 1, 0, 0, 0, 0));
        assertThat(primary.usage().requests()).containsOnlyKeys("BatchGetItem");
    }

    @Test
    void a_million_segments_need_no_more_threads_than_asked_for() {
        MemoryTable primary = filled("primary", 20);
        MemoryTable replica = filled("replica", 20);
        int before = Thread.activeCount();
        DiffSettings settings = AT_ONCE.withSegments(20_000).withParallel(2);
        int[] most = {0};
        new Diff(primary, List.of(replica), settings, new dev.lockstep.progress.Progress() {
                    @Override
                    public void read(long items) {
                        most[0] = Math.max(most[0], Thread.activeCount());
                    }
                })
                .run(found::add);
        assertThat(most[0] - before).isLessThan(20);
        assertThat(found).isEmpty();
    }

    @Test
    void tables_that_do_not_fit_are_refused_before_anything_is_read() {
        MemoryTable primary = filled("primary", 1);
        MemoryTable other = new MemoryTable("other", BY_CUSTOMER_AND_ORDER);
        assertThatThrownBy(() -> new Diff(primary, List.of(other), AT_ONCE))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("customer (S), order (N)");
        assertThatThrownBy(() -> new Diff(primary, List.of(primary), AT_ONCE))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("same table");
        assertThat(primary.usage().requests()).isEmpty();
    }

    @Test
    void settings_that_cannot_be_are_refused() {
        assertThatThrownBy(() -> AT_ONCE.withParallel(0)).isInstanceOf(InvalidSettingsException.class);
        assertThatThrownBy(() -> AT_ONCE.withSegments(1_000_001)).isInstanceOf(InvalidSettingsException.class);
        assertThatThrownBy(() -> AT_ONCE.withOnlySegment(4, 4)).isInstanceOf(InvalidSettingsException.class);
        assertThatThrownBy(() -> AT_ONCE.withSample(0)).isInstanceOf(InvalidSettingsException.class);
        assertThatThrownBy(() -> AT_ONCE.withSample(1.5)).isInstanceOf(InvalidSettingsException.class);
        assertThatThrownBy(() -> AT_ONCE.withSegments(2).withStartingKey(key(1)))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("single segment");
        assertThatThrownBy(() -> AT_ONCE.withRepair(RepairPolicy.EVERYTHING))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("journal");
        assertThat(BY_ID.attributes()).hasSize(1);
    }

    @Test
    void a_sample_of_everything_is_exact_and_a_small_one_brackets_the_truth() {
        MemoryTable primary = filled("primary", 6_000);
        MemoryTable replica = filled("replica", 6_000);
        for (int i = 0; i < 6_000; i += 10) {
            remove(replica, key(i));
        }
        DiffResult all = new Diff(primary, List.of(replica), AT_ONCE.withSample(1)).run(found::add);
        Sample.Estimate exact =
                all.sample().orElseThrow().estimates().get("replica").get("missing");
        assertThat(exact).isEqualTo(new Sample.Estimate(600, 600, 600));

        DiffResult some = new Diff(primary, List.of(replica), AT_ONCE.withSample(0.25)).run(found::add);
        Sample.Estimate estimate =
                some.sample().orElseThrow().estimates().get("replica").get("missing");
        assertThat(some.sample().orElseThrow().segments()).isGreaterThanOrEqualTo(30);
        assertThat(estimate.low()).isLessThan(estimate.count());
        // Three times the interval's reach: wrong once in many millions of runs.
        double reach = 3 * (estimate.high() - estimate.count());
        assertThat(estimate.count()).isBetween(600 - reach, 600 + reach);
    }
}
