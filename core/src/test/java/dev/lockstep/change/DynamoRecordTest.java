package dev.lockstep.change;

import static dev.lockstep.change.TestRecords.NOON;
import static dev.lockstep.table.TestItems.BY_NUMBER;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.change.Change.Effect;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.table.Write;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

class DynamoRecordTest {
    private static final Item ITEM = item("k", "v", n("12345678901234567890123456789012345678"));

    @Test
    void an_insert_puts_the_new_image() throws Exception {
        Change change = TestRecords.change(7, key("k"), ITEM).read(BY_STRING);
        assertThat(change.effect()).isEqualTo(Effect.PUT);
        assertThat(change.write()).isEqualTo(new Write.Put(key("k"), ITEM));
        assertThat(change.createdMillis()).isEqualTo(NOON.plusSeconds(7).toEpochMilli());
        assertThat(change.expired()).isFalse();
    }

    @Test
    void a_remove_deletes_and_tells_whether_it_was_ttl() throws Exception {
        assertThat(TestRecords.change(7, key("k"), null).read(BY_STRING).write())
                .isEqualTo(new Write.Delete(key("k")));
        assertThat(TestRecords.expiry(7, key("k")).read(BY_STRING).expired()).isTrue();
    }

    @Test
    void without_a_new_image_the_primary_must_be_asked() throws Exception {
        Change change = TestRecords.keysOnly(7, key("k")).read(BY_STRING);
        assertThat(change.effect()).isEqualTo(Effect.READ);
        assertThatThrownBy(change::write).isInstanceOf(IllegalStateException.class);
        assertThat(change.resolved(ITEM).write()).isEqualTo(new Write.Put(key("k"), ITEM));
        assertThat(change.resolved(null).write()).isEqualTo(new Write.Delete(key("k")));
    }

    @Test
    void a_view_that_promises_the_image_must_give_it() {
        Record broken = TestRecords.record(7, key("k"), ITEM)
                .dynamodb(
                        d -> d.keys(key("k").attributes()).sequenceNumber("7").streamViewType(StreamViewType.NEW_IMAGE))
                .build();
        assertThatThrownBy(() -> new DynamoRecord(broken).read(BY_STRING)).isInstanceOf(MalformedItemException.class);
    }

    @Test
    void sequence_numbers_are_compared_as_numbers() throws Exception {
        String shorter = numbered("999").order();
        String longer = numbered("1000").order();
        String longest = numbered("1234567890123456789012345678901234567890").order();
        assertThat(shorter).isLessThan(longer);
        assertThat(longer).isLessThan(longest);
    }

    private static Change numbered(String sequence) throws MalformedItemException {
        return new DynamoRecord(Record.builder()
                        .eventName("REMOVE")
                        .dynamodb(d -> d.keys(key("k").attributes()).sequenceNumber(sequence))
                        .build())
                .read(BY_STRING);
    }

    @Test
    void what_is_no_record_of_this_table_is_refused() {
        assertThatThrownBy(() -> TestRecords.change(1, key("k"), ITEM)
                        .read(new dev.lockstep.table.KeySchema(
                                new dev.lockstep.table.KeyAttribute(
                                        "other", BY_NUMBER.partition().type()),
                                java.util.Optional.empty())))
                .isInstanceOf(MalformedItemException.class)
                .hasMessageContaining("another table");
        assertThatThrownBy(() -> new DynamoRecord(Record.builder().build()).read(BY_STRING))
                .isInstanceOf(MalformedItemException.class);
        assertThatThrownBy(() -> numbered("12x")).isInstanceOf(MalformedItemException.class);
        assertThatThrownBy(() -> numbered("1".repeat(41))).isInstanceOf(MalformedItemException.class);
    }

    @Test
    void its_json_holds_the_record_exactly() throws Exception {
        var json = ItemJson.parse(TestRecords.change(7, key("k"), ITEM).json());
        assertThat(Item.of(ItemJson.read(json.path("dynamodb").path("NewImage"))))
                .isEqualTo(ITEM);
        assertThat(json.path("eventName").stringValue()).isEqualTo("MODIFY");
    }
}
