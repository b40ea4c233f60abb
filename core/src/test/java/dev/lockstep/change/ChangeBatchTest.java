package dev.lockstep.change;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Change.Effect;
import dev.lockstep.table.Item;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeBatchTest {
    private static Item version(int v) {
        return item("k", "v", n("" + v));
    }

    private static Change change(long sequence, Item image) throws Exception {
        return TestRecords.change(sequence, key("k"), image).read(BY_STRING);
    }

    @Test
    void the_last_change_of_a_key_is_what_is_left() throws Exception {
        Change other = TestRecords.change(2, key("other"), null).read(BY_STRING);
        var newest = ChangeBatch.newest(List.of(change(1, version(1)), other, change(3, null), change(4, version(4))));
        assertThat(newest).extracting(Change::image).containsExactly(null, version(4));
        assertThat(newest).extracting(Change::key).containsExactly(key("other"), key("k"));
    }

    @Test
    void an_older_change_that_arrives_later_is_dropped() throws Exception {
        assertThat(ChangeBatch.newest(List.of(change(4, version(4)), change(3, null))))
                .extracting(Change::image)
                .containsExactly(version(4));
    }

    @Test
    void one_change_twice_is_one_change() throws Exception {
        assertThat(ChangeBatch.newest(List.of(change(4, version(4)), change(4, version(4)))))
                .extracting(Change::effect)
                .containsExactly(Effect.PUT);
    }

    @Test
    void two_changes_that_cannot_be_told_apart_must_be_read() throws Exception {
        assertThat(ChangeBatch.newest(List.of(change(4, version(4)), change(4, version(5)))))
                .extracting(Change::effect)
                .containsExactly(Effect.READ);
        assertThat(ChangeBatch.newest(List.of(change(4, version(4)), change(4, null))))
                .extracting(Change::effect)
                .containsExactly(Effect.READ);
    }
}
