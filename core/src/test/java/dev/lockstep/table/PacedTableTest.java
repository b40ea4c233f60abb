package dev.lockstep.table;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.s;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.LockstepException;
import dev.lockstep.capacity.Pace;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.table.PacedTable.Sizes;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.Table.Page;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Without a budget nothing is other than without it; with one, calls are small, and what they consumed is charged. */
class PacedTableTest extends TableContract {
    private static final Segment ALL = new Segment(0, 1);

    @Override
    Table open(KeySchema schema) {
        return new PacedTable(new MemoryTable("paced", schema), Pace.unlimited(), Pace.unlimited(), Sizes.LARGEST);
    }

    /** Notes how large calls are; the next ones may fail. */
    private static final class Noting extends ForwardingTable {
        private final List<Integer> calls = new ArrayList<>();
        private int good = Integer.MAX_VALUE;

        Noting(Table table) {
            super(table);
        }

        private void note(int size) {
            if (calls.size() >= good) {
                throw new LockstepException("call", name(), "the line is cut", "", true, null);
            }
            calls.add(size);
        }

        @Override
        public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
            note(limit);
            return super.scan(segment, start, limit, consistency);
        }

        @Override
        public Found read(Collection<Key> keys, Consistency consistency) {
            note(keys.size());
            return super.read(keys, consistency);
        }

        @Override
        public List<Write> write(List<Write> writes) {
            note(writes.size());
            return super.write(writes);
        }
    }

    private static Item item(int number, int bytes) {
        return Item.of(Map.of("id", s("item-" + number), "v", s("x".repeat(bytes))));
    }

    private static List<Write> puts(int count, int bytes) {
        return IntStream.range(0, count)
                .mapToObj(i -> item(i, bytes))
                .map(item -> Write.making(BY_STRING.keyOf(item.attributes()), item))
                .toList();
    }

    private static Noting filled(int count, int bytes) {
        MemoryTable memory = new MemoryTable("memory", BY_STRING);
        IntStream.range(0, count).forEach(i -> memory.put(item(i, bytes)));
        return new Noting(memory);
    }

    @Test
    void a_page_is_half_a_second_of_the_budget_and_follows_the_size_of_the_items() {
        Noting noting = filled(300, 1_000);
        PacedTable table = new PacedTable(noting, new Pace(1_000), Pace.unlimited(), Sizes.LARGEST);
        table.scan(ALL, null, 0, Consistency.STRONG);
        assertThat(noting.calls).containsExactly(0);
        table = new PacedTable(noting, new Pace(50), Pace.unlimited(), Sizes.LARGEST);
        Page page = table.scan(ALL, null, 0, Consistency.STRONG);
        assertThat(page.items()).hasSizeBetween(95, 105);
        assertThat(page.next()).isNotNull();
        assertThat(new PacedTable(noting, new Pace(50), Pace.unlimited(), new Sizes(7, 100))
                        .scan(ALL, null, 9, Consistency.EVENTUAL)
                        .items())
                .hasSize(7);
    }

    @Test
    void batches_are_cut_to_half_a_second_of_the_budget_and_are_done_as_a_whole() {
        Noting noting = filled(0, 0);
        PacedTable table = new PacedTable(noting, new Pace(1e6), new Pace(20), Sizes.LARGEST);
        assertThat(table.write(puts(9, 3_000))).isEmpty();
        assertThat(noting.calls).containsExactly(3, 3, 3);
        noting.calls.clear();
        Table.Found found = new PacedTable(noting, new Pace(8), Pace.unlimited(), Sizes.LARGEST)
                .read(puts(9, 1).stream().map(Write::key).toList(), Consistency.STRONG);
        assertThat(found.items()).hasSize(9);
        assertThat(noting.calls).containsExactly(4, 4, 1);
    }

    @Test
    void where_part_of_a_batch_was_done_a_passing_failure_leaves_the_rest_and_at_once_it_is_thrown() {
        Noting noting = filled(0, 0);
        PacedTable table = new PacedTable(noting, Pace.unlimited(), new Pace(20), Sizes.LARGEST);
        List<Write> writes = puts(9, 3_000);
        noting.good = 1;
        assertThat(table.write(writes)).isEqualTo(writes.subList(3, 9));
        assertThatThrownBy(() -> table.write(writes)).hasMessageContaining("the line is cut");
    }

    @Test
    void what_is_replaced_is_charged_by_what_the_service_says() {
        Noting noting = filled(2, 9_500);
        Pace writes = new Pace(100);
        PacedTable table = new PacedTable(noting, Pace.unlimited(), writes, Sizes.LARGEST);
        long began = System.nanoTime();
        for (int i = 0; i < 4; i++) {
            table.write(puts(2, 9_500));
        }
        assertThat(noting.usage().writeUnits()).isEqualTo(80);
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(550_000_000L);
    }

    @Test
    void throttling_slows_all_calls_and_says_so_and_other_failures_do_not() {
        try (FaultProxy proxy = TestDynamo.shared().proxy();
                DynamoDbClient client = TestDynamo.client(proxy.endpoint())) {
            DynamoTable dynamo = DynamoTable.open(client, TestDynamo.shared().createTable("slow", BY_STRING));
            PacedTable table = new PacedTable(dynamo, new Pace(40), new Pace(40), Sizes.LARGEST);
            proxy.on("BatchWriteItem").times(1).inject(Fault.internalErrorBefore());
            assertThatThrownBy(() -> table.write(puts(5, 10))).isInstanceOf(LockstepException.class);
            assertThat(table.pacing()).isEmpty();
            proxy.on("BatchWriteItem").times(1).inject(Fault.throttle());
            assertThatThrownBy(() -> table.write(puts(5, 10)))
                    .hasMessageContaining("ProvisionedThroughputExceededException")
                    .hasMessageContaining("write units a second");
            assertThat(table.pacing())
                    .contains("slowed by throttling")
                    .contains("write")
                    .doesNotContain("read");
            assertThat(table.writes().rate()).isLessThan(40);
            assertThat(table.write(puts(5, 10))).isEmpty();
            proxy.on("Scan").times(1).inject(Fault.throttling());
            assertThatThrownBy(() -> table.scan(ALL, null, 0, Consistency.STRONG))
                    .hasMessageContaining("read units");
            assertThat(table.readRate()).isLessThan(40);
        }
    }
}
