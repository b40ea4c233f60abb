package dev.lockstep.table;

import static dev.lockstep.table.TestItems.BY_BINARY;
import static dev.lockstep.table.TestItems.BY_NUMBER;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.BY_STRING_AND_NUMBER;
import static dev.lockstep.table.TestItems.b;
import static dev.lockstep.table.TestItems.bool;
import static dev.lockstep.table.TestItems.bs;
import static dev.lockstep.table.TestItems.bytes;
import static dev.lockstep.table.TestItems.key;
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

import dev.lockstep.InvalidSettingsException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ItemJsonTest {
    private static Item read(String json) throws MalformedItemException {
        return Item.of(ItemJson.read(ItemJson.parse(json)));
    }

    @Test
    void anItemIsWrittenAsDynamoDbJsonOnOneLine() {
        Map<String, AttributeValue> attributes = new LinkedHashMap<>();
        attributes.put("s", s("a\nb"));
        attributes.put("n", n("1.50"));
        attributes.put("b", b(0, 255));
        attributes.put("ss", ss("x", "y"));
        attributes.put("ns", ns("1", "2"));
        attributes.put("bs", bs(bytes(1)));
        attributes.put("bool", bool(false));
        attributes.put("null", nul());
        attributes.put("l", l(s("x"), l()));
        attributes.put("m", m(Map.of("k", n("7"))));
        assertThat(ItemJson.write(attributes))
                .isEqualTo("{\"s\":{\"S\":\"a\\nb\"},\"n\":{\"N\":\"1.50\"},\"b\":{\"B\":\"AP8=\"},"
                        + "\"ss\":{\"SS\":[\"x\",\"y\"]},\"ns\":{\"NS\":[\"1\",\"2\"]},\"bs\":{\"BS\":[\"AQ==\"]},"
                        + "\"bool\":{\"BOOL\":false},\"null\":{\"NULL\":true},\"l\":{\"L\":[{\"S\":\"x\"},{\"L\":[]}]},"
                        + "\"m\":{\"M\":{\"k\":{\"N\":\"7\"}}}}");
    }

    @Test
    void whateverIsWrittenIsReadBack() throws MalformedItemException {
        RandomItems random = new RandomItems(5);
        for (int i = 0; i < 1000; i++) {
            Item item = random.item("i" + i);
            String json = ItemJson.write(item.attributes());
            assertThat(json).doesNotContain("\n", "\r", "\0");
            assertThat(ItemJson.read(ItemJson.parse(json))).isEqualTo(item.attributes());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12345678901234567890123456789012345678",
                "-1.2345678901234567890123456789012345678E-93",
                "9.9999999999999999999999999999999999999E+125",
                "1E-130",
                "0.1"
            })
    void bigNumbersStayExactToTheLetter(String number) throws MalformedItemException {
        assertThat(read("{\"n\":{\"N\":\"" + number + "\"}}").attributes()).containsEntry("n", n(number));
    }

    @Test
    void attributesKeepTheirOrder() throws MalformedItemException {
        assertThat(read("{\"z\":{\"S\":\"\"},\"a\":{\"S\":\"\"},\"m\":{\"S\":\"\"}}")
                        .attributes()
                        .keySet())
                .containsExactly("z", "a", "m");
    }

    @Test
    void theDeepestItemIsReadBack() throws MalformedItemException {
        Map<String, AttributeValue> deep = Map.of("v", nested(32));
        assertThat(ItemJson.read(ItemJson.parse(ItemJson.write(deep)))).isEqualTo(deep);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":{\"S\":1}}",
                "{\"a\":{\"N\":1}}",
                "{\"a\":{\"N\":\"hunter2\"}}",
                "{\"a\":{\"N\":\"\"}}",
                "{\"a\":{\"N\":\"NaN\"}}",
                "{\"a\":{\"B\":\"hunter2*\"}}",
                "{\"a\":{\"B\":5}}",
                "{\"a\":{\"BOOL\":\"true\"}}",
                "{\"a\":{\"SS\":[1]}}",
                "{\"a\":{\"NS\":[\"hunter2\"]}}",
                "{\"a\":{\"BS\":[\"*hunter2\"]}}",
                "{\"a\":{\"X\":\"hunter2\"}}",
                "{\"a\":\"hunter2\"}",
                "{\"a\":{}}",
                "{\"a\":null}",
                "{\"a\":{\"S\":\"x\",\"N\":\"1\"}}",
                "{\"a\":{\"L\":[\"hunter2\"]}}",
                "{\"a\":{\"M\":{\"b\":\"hunter2\"}}}",
                "{\"a\":{\"M\":[]}}",
                "[]",
                "\"hunter2\"",
                "null",
                "",
                "{\"a\":{\"S\":\"hunter2",
                "{\"a\":{\"S\":\"hunter2\"}",
                "{\"a\":{\"S\":'hunter2'}}",
                "{\"a\":{\"S\":\"x\"},}",
                "{\"a\":{\"S\":\"\\x\"}}",
                "{\"a\":{\"S\":\"hunter2\"}} {}",
                "{\"a\":{\"S\":\"hunter2\"}}]",
                "{\"a\":{\"S\":\"hunter2\"},\"a\":{\"S\":\"y\"}}",
                "{\"a\":{\"M\":{\"b\":{\"S\":\"hunter2\"},\"b\":{\"NULL\":true}}}}"
            })
    void malformedItemsAreRefusedWithoutRepeatingValues(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(MalformedItemException.class)
                .hasNoCause()
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void theAttributeAtFaultIsNamed() {
        assertThatThrownBy(() -> read("{\"ok\":{\"S\":\"x\"},\"bad\":{\"N\":\"x\"}}"))
                .hasMessage("'bad' is not a number");
        assertThatThrownBy(() -> read("{\"bad\":{\"Q\":\"x\"}}"))
                .hasMessageContaining("'bad'")
                .hasMessageContaining("Q");
    }

    @Test
    void textThatIsTooDeepIsRefusedNotOverflowing() {
        String json = "{\"a\":" + "{\"L\":[".repeat(100_000);
        assertThatThrownBy(() -> read(json)).isInstanceOf(MalformedItemException.class);
    }

    @Test
    void aPlainKeyTakesItsTypesFromTheSchema() {
        assertThat(ItemJson.readKey("{\"id\":\"abc\"}", BY_STRING)).isEqualTo(key("abc"));
        assertThat(ItemJson.readKey(" { \"at\" : 7 , \"id\" : \"abc\" } ", BY_STRING_AND_NUMBER))
                .isEqualTo(BY_STRING_AND_NUMBER.keyOf(Map.of("id", s("abc"), "at", n("7"))));
        assertThat(ItemJson.readKey("{\"id\":\"AP8=\"}", BY_BINARY))
                .isEqualTo(BY_BINARY.keyOf(Map.of("id", b(0, 255))));
    }

    @ParameterizedTest
    @CsvSource({
        "12345678901234567890123456789012345678, 12345678901234567890123456789012345678",
        "0.12345678901234567890123456789012345678, 0.12345678901234567890123456789012345678",
        "1E-130, 1E-130",
        "9007199254740993, 9007199254740993",
        "1.10, 1.1",
        "-0, 0"
    })
    void aPlainNumberIsNeverRounded(String written, String means) {
        assertThat(ItemJson.readKey("{\"id\":" + written + "}", BY_NUMBER))
                .isEqualTo(BY_NUMBER.keyOf(Map.of("id", n(means))));
    }

    @Test
    void aKeyMayBeDynamoDbJson() {
        assertThat(ItemJson.readKey("{\"id\":{\"S\":\"abc\"}}", BY_STRING)).isEqualTo(key("abc"));
        assertThat(ItemJson.readKey("{\"id\":{\"S\":\"abc\"},\"at\":7}", BY_STRING_AND_NUMBER))
                .isEqualTo(BY_STRING_AND_NUMBER.keyOf(Map.of("id", s("abc"), "at", n("7"))));
    }

    @Test
    void aKeysTextIsReadBackAsTheKey() {
        Key key = key("quote\" nul\0 crlf\r\n \ud83d\ude00");
        assertThat(ItemJson.readKey(key.toString(), BY_STRING)).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "7",
                "[]",
                "{}",
                "abc",
                "{\"id\":\"a\"}",
                "{\"id\":\"a\",\"at\":1,\"more\":1}",
                "{\"id\":\"a\",\"other\":1}",
                "{\"id\":\"a\",\"at\":\"1\"}",
                "{\"id\":1,\"at\":1}",
                "{\"id\":null,\"at\":1}",
                "{\"id\":true,\"at\":1}",
                "{\"id\":[],\"at\":1}",
                "{\"id\":{\"N\":\"1\"},\"at\":1}",
                "{\"id\":{},\"at\":1}",
                "{\"id\":\"a\",\"at\":NaN}",
                "{\"id\":\"a\",\"at\":1}}",
                "{\"id\":\"a\",\"id\":\"b\",\"at\":1}",
                "{\"id\":\"\\ud800\",\"at\":1}",
                "{\"id\":\"a\",\n\"at\":\n\"x\"}"
            })
    void whatIsNoKeyIsRefusedOnOneLineThatTellsTheSchema(String json) {
        assertThatThrownBy(() -> ItemJson.readKey(json, BY_STRING_AND_NUMBER))
                .isInstanceOf(InvalidSettingsException.class)
                .hasNoCause()
                .message()
                .contains("id (S), at (N)")
                .doesNotContain("\n");
    }

    @Test
    void aBinaryKeyMustBeBase64() {
        assertThatThrownBy(() -> ItemJson.readKey("{\"id\":\"***\"}", BY_BINARY))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("'id' is not base64");
    }
}
