package dev.lockstep.table;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.items;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.put;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.Table.Page;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MemoryTableTest extends SingleCallContract {
    @Override
    Table open(KeySchema schema) {
        return new MemoryTable("memory", schema);
    }

    @Test
    void pagesHoldNoMoreThanTheyWereToldTo() {
        MemoryTable table = new MemoryTable("memory", BY_STRING).pagesOf(3);
        items(10).forEach(table::put);
        Page page = table.scan(new Segment(0, 1), null, 0, Consistency.STRONG);
        assertThat(page.items()).hasSize(3).isEqualTo(table.items().subList(0, 3));
        assertThat(scan(table, new Segment(0, 1), 0)).isEqualTo(table.items());
    }

    @Test
    void batchesAreAnsweredInPart() {
        MemoryTable table = new MemoryTable("memory", BY_STRING).answeringAtMost(2);
        List<Write> writes = items(5).stream().map(TestItems::put).toList();
        assertThat(table.write(writes)).isEqualTo(writes.subList(2, 5));
        assertThat(table.items()).hasSize(2);
        List<Key> keys = IntStream.range(0, 5).mapToObj(i -> key("k" + i)).toList();
        var found = table.read(keys, Consistency.STRONG);
        assertThat(found.items()).containsOnlyKeys(key("k0"), key("k1"));
        assertThat(found.unprocessed()).isEqualTo(keys.subList(2, 5));
    }

    @Test
    void aBatchMayBeAnsweredWithNothingDone() {
        MemoryTable table = new MemoryTable("memory", BY_STRING).answeringAtMost(0);
        assertThat(table.write(List.of(put(item("a"))))).hasSize(1);
        assertThat(table.items()).isEmpty();
    }

    @Test
    void twoTablesWithTheSameItemsScanInTheSameOrder() {
        MemoryTable a = new MemoryTable("a", BY_STRING);
        MemoryTable b = new MemoryTable("b", BY_STRING);
        items(50).forEach(a::put);
        IntStream.range(0, 50).mapToObj(i -> items(50).get(49 - i)).forEach(b::put);
        assertThat(a.items()).isEqualTo(b.items()).isNotEqualTo(items(50));
    }

    @Test
    void puttingAgainReplaces() {
        MemoryTable table = new MemoryTable("memory", BY_STRING);
        table.put(item("a", "v", n("1"))).put(item("a", "v", n("2")));
        assertThat(table.items()).containsExactly(item("a", "v", n("2")));
        assertThat(table.size()).isEqualTo(new Table.Size(1, 2 + 1 + 1 + 2));
        assertThat(table.usage().writeUnits()).isZero();
    }
}
