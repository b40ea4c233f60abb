package dev.lockstep.backup;

import static dev.lockstep.table.TestItems.b;
import static dev.lockstep.table.TestItems.bool;
import static dev.lockstep.table.TestItems.bs;
import static dev.lockstep.table.TestItems.bytes;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.itemOfBytes;
import static dev.lockstep.table.TestItems.l;
import static dev.lockstep.table.TestItems.m;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.nested;
import static dev.lockstep.table.TestItems.ns;
import static dev.lockstep.table.TestItems.nul;
import static dev.lockstep.table.TestItems.s;
import static dev.lockstep.table.TestItems.ss;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.table.Item;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.table.RandomItems;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class LineFormatTest {
    enum Form {
        BARE(JsonLine.BARE, TestLines::bare),
        WRAPPED(JsonLine.WRAPPED, TestLines::wrapped),
        LOWER_CASE(JsonLine.LOWER_CASE, TestLines::lowerCase),
        ION(IonLine.WRAPPED, TestLines::ion),
        CHANGED(JsonLine.CHANGED, item -> TestLines.changed(1, item("x"), item, item)),
        ION_CHANGED(IonLine.CHANGED, item -> TestLines.ionChanged(1, item("x"), item));

        private final LineFormat format;
        private final Function<Item, String> writer;

        Form(LineFormat format, Function<Item, String> writer) {
            this.format = format;
            this.writer = writer;
        }

        Item through(Item item) throws MalformedItemException {
            return format.read(writer.apply(item)).image();
        }
    }

    private static Item allTypes() {
        Map<String, AttributeValue> values = new LinkedHashMap<>();
        values.put("S", s("é\u0000\"\\/\u2028\ud83d\ude00"));
        values.put("N", n("1234567890123456789012345678901234567.8"));
        values.put("B", b(0, 255, 10));
        values.put("SS", ss("", "a"));
        values.put("NS", ns("1", "-2.5", "1E-130", "9.9999999999999999999999999999999999999E125"));
        values.put("BS", bs(bytes(), bytes(1)));
        values.put("BOOL", bool(false));
        values.put("NULL", nul());
        values.put("L", l(s(""), l(), nul()));
        values.put("M", m(Map.of("__proto__", m(Map.of()), "constructor", n("-0.1"))));
        values.put("__proto__", s("x"));
        return item("k", values);
    }

    @ParameterizedTest
    @EnumSource
    void all_types_come_through_exactly(Form form) throws Exception {
        assertThat(form.through(allTypes())).isEqualTo(allTypes());
    }

    @ParameterizedTest
    @EnumSource
    void random_items_come_through_exactly(Form form) throws Exception {
        RandomItems random = new RandomItems(11);
        for (int i = 0; i < 300; i++) {
            Item item = random.item("k" + i);
            assertThat(form.through(item)).isEqualTo(item);
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_dynamodb_would_never_take_is_refused(Form form) throws Exception {
        assertThat(form.through(item("k", "v", nested(32)))).isNotNull();
        assertRefused(form, item("k", "v", nested(33)), "deeper than 32 levels");
        assertThat(form.through(itemOfBytes("k", Item.MAX_BYTES))).isNotNull();
        assertRefused(form, itemOfBytes("k", Item.MAX_BYTES + 1), "larger than 400 KB");
        assertRefused(form, item("k", "v", s("\ud800")), "");
        assertRefused(form, item("k", "v", n("1" + "2".repeat(38))), "");
        assertRefused(form, item("k", "v", n("1E126")), "");
        assertRefused(form, item("k", "v", n("1E-131")), "");
        assertRefused(form, item("k", "v", ns("1", "1.0")), "");
        assertRefused(form, item("k", "v", AttributeValue.fromSs(List.of())), "");
        assertRefused(form, item("k", "v", ss("a", "a")), "");
    }

    private static void assertRefused(Form form, Item item, String problem) {
        assertThatThrownBy(() -> form.through(item))
                .as("%s", item)
                .isInstanceOf(MalformedItemException.class)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @EnumSource
    void the_longest_line_that_an_item_can_make_is_allowed(Form form) {
        Item empties = item(
                "k", "v", l(IntStream.range(0, 409_500).mapToObj(i -> s("")).toArray(AttributeValue[]::new)));
        assertThat(empties.size()).isBetween(409_000L, (long) Item.MAX_BYTES);
        assertThat(form.writer.apply(empties).length()).isLessThan(form.format.longest());
    }

    @ParameterizedTest
    @EnumSource
    void a_number_of_a_million_digits_is_refused_without_being_reckoned(Form form) {
        String digits = form.writer.apply(item("k", "v", n("7"))).replace("7", "7".repeat(1_000_000));
        assertThatThrownBy(() -> form.format.read(digits)).isInstanceOf(MalformedItemException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  ",
                "[]",
                "{\"id\":{\"S\":\"x\"}",
                "{\"id\":{\"S\":\"x\"}} {}",
                "{\"id\":\"x\"}",
                "{\"id\":{\"S\":1}}",
                "{\"id\":{\"N\":\"NaN\"}}",
                "{\"id\":{\"N\":1}}",
                "{\"id\":{\"X\":\"x\"}}",
                "{\"id\":{\"S\":\"x\",\"N\":\"1\"}}",
                "{\"id\":{\"S\":\"a\"},\"id\":{\"S\":\"b\"}}",
                "{\"id\":{\"NULL\":false}}",
                "{\"id\":{\"B\":\"*\"}}",
            })
    void what_is_no_item_is_refused(String line) {
        assertThatThrownBy(() -> JsonLine.BARE.read(line)).isInstanceOf(MalformedItemException.class);
        assertThatThrownBy(() -> JsonLine.WRAPPED.read("{\"Item\":" + line + "}"))
                .isInstanceOf(MalformedItemException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$ion_1_0",
                "$ion_1_0 {Item:{id:\"x\"}",
                "$ion_1_0 {Item:{id:\"x\"}} {}",
                "$ion_1_0 {Item:{id:x}}",
                "$ion_1_0 {Item:{id:1e0}}",
                "$ion_1_0 {Item:{id:2007-01-01T}}",
                "$ion_1_0 {Item:{id:other::[\"x\"]}}",
                "$ion_1_0 {Item:{id:$dynamodb_SS::[1.]}}",
                "$ion_1_0 {Item:{id:$dynamodb_SS::[null]}}",
                "$ion_1_0 {Item:{id:$dynamodb_NS::[]}}",
                "$ion_1_0 {Item:{id:$dynamodb_SS::{}}}",
                "$ion_1_0 {Item:{id:\"x\",id:\"y\"}}",
                "$ion_1_0 {Item:{$99:\"x\"}}",
                "$ion_1_0 {Item:{id:1d999999999}}",
                "$ion_1_0 {Item:{id:1d99999999999999}}",
                "$ion_1_0 {Item:{id:1d-999999999}}",
                "$ion_1_0 {Item:null.struct}",
                "$ion_1_0 {Item:[]}",
                "$ion_1_0 {Other:{}}",
                "$ion_1_0 [{Item:{id:\"x\"}}]",
            })
    void what_is_no_item_in_ion_is_refused(String line) {
        assertThatThrownBy(() -> IonLine.WRAPPED.read(line)).isInstanceOf(MalformedItemException.class);
    }

    @Test
    void the_example_of_the_developer_guide_is_read() throws Exception {
        Item book = IonLine.WRAPPED
                .read("$ion_1_0 {Item:{Authors:$dynamodb_SS::[\"Author1\",\"Author2\"],Dimensions:\"8.5 x 11.0 x 1.5\","
                        + "ISBN:\"333-3333333333\",Id:103.,InPublication:false,PageCount:6d2,Price:2d3,"
                        + "ProductCategory:\"Book\",Title:\"Book 103 Title\"}}")
                .image();
        assertThat(book.attributes())
                .containsEntry("Id", n("103"))
                .containsEntry("PageCount", n("600"))
                .containsEntry("Price", n("2000"))
                .containsEntry("InPublication", bool(false))
                .containsEntry("Authors", ss("Author1", "Author2"));
    }

    @Test
    void nulls_of_all_ion_types_are_null_and_a_negative_zero_is_zero() throws Exception {
        Item item = IonLine.WRAPPED
                .read("$ion_1_0 {Item:{a:null,b:null.bool,c:null.string,z:-0.0,e:0d5}}")
                .image();
        assertThat(item.attributes())
                .containsEntry("a", nul())
                .containsEntry("b", nul())
                .containsEntry("c", nul())
                .containsEntry("z", n("0"))
                .containsEntry("e", n("0"));
    }

    @Test
    void an_incremental_line_tells_what_an_item_had_become_and_when() throws Exception {
        Item key = item("k");
        ItemState written =
                JsonLine.CHANGED.read(TestLines.changed(1684374845117899L, key, item("k", "v", n("1")), null));
        assertThat(written.key()).contains(key.attributes());
        assertThat(written.image()).isEqualTo(item("k", "v", n("1")));
        assertThat(written.order()).isEqualTo("1684374845117899");
        ItemState deleted = JsonLine.CHANGED.read(TestLines.changed(5, key, null, key));
        assertThat(deleted.image()).isNull();
        ItemState ion = IonLine.CHANGED.read(TestLines.ionChanged(7, key, null));
        assertThat(ion).isEqualTo(new ItemState(deleted.key(), null, "7"));
    }

    @Test
    void the_time_of_a_change_may_be_written_in_any_of_three_ways() throws Exception {
        for (String micros : List.of("{\"N\":\"12\"}", "\"12\"", "12")) {
            String line = "{\"Metadata\":{\"WriteTimestampMicros\":" + micros + "},\"Keys\":{\"id\":{\"S\":\"k\"}}}";
            assertThat(JsonLine.CHANGED.read(line).order()).isEqualTo("12");
        }
        assertThatThrownBy(() -> JsonLine.CHANGED.read("{\"Metadata\":{},\"Keys\":{\"id\":{\"S\":\"k\"}}}"))
                .hasMessageContaining("WriteTimestampMicros");
        String wrapped = "$ion_1_0 {Metadata:{WriteTimestampMicros:{N:12.}},Keys:{id:\"k\"}}";
        assertThat(IonLine.CHANGED.read(wrapped).order()).isEqualTo("12");
    }
}
