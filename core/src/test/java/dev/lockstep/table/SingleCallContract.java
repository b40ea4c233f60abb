package dev.lockstep.table;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.delete;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.items;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Table.Consistency;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What holds of the tables that make one call to the store a call of theirs: the store's limits of a batch. */
abstract class SingleCallContract extends TableContract {
    @Test
    void moreThan100KeysAreRefused() {
        List<Key> keys = IntStream.range(0, 101).mapToObj(i -> key("k" + i)).toList();
        assertThatThrownBy(() -> open(BY_STRING).read(keys, Consistency.STRONG)).isInstanceOf(LockstepException.class);
    }

    @Test
    void moreThan25WritesAreRefused() {
        Table table = open(BY_STRING);
        List<Write> writes = items(26).stream().map(TestItems::put).toList();
        assertThatThrownBy(() -> table.write(writes)).isInstanceOf(LockstepException.class);
        assertThat(scan(table, new Segment(0, 1), 0)).isEmpty();
    }

    @Test
    void theSameKeyTwiceInAReadIsRefused() {
        assertThatThrownBy(() -> open(BY_STRING).read(List.of(key("a"), key("b"), key("a")), Consistency.STRONG))
                .isInstanceOf(LockstepException.class);
    }

    @Test
    void theSameKeyTwiceInAWriteIsRefusedAsAWhole() {
        Table table = open(BY_STRING);
        assertThatThrownBy(() -> table.write(List.of(put(item("other")), put(item("a")), delete("a"))))
                .isInstanceOf(RuntimeException.class);
        assertThat(scan(table, new Segment(0, 1), 0)).isEmpty();
    }

    @Test
    void anEmptyBatchIsRefused() {
        Table table = open(BY_STRING);
        assertThatThrownBy(() -> table.read(List.of(), Consistency.STRONG)).isInstanceOf(LockstepException.class);
        assertThatThrownBy(() -> table.write(List.of())).isInstanceOf(LockstepException.class);
    }

    @Test
    void aStartKeyOfAnotherSegmentIsRefused() {
        Table table = open(BY_STRING);
        writeAll(table, items(20));
        Item last = scan(table, new Segment(1, 2), 0).get(0);
        assertThatThrownBy(
                        () -> table.scan(new Segment(0, 2), BY_STRING.keyOf(last.attributes()), 0, Consistency.STRONG))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("segment");
    }
}
