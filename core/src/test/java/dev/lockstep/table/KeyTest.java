package dev.lockstep.table;

import static dev.lockstep.table.TestItems.BY_BINARY;
import static dev.lockstep.table.TestItems.BY_NUMBER;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.BY_STRING_AND_NUMBER;
import static dev.lockstep.table.TestItems.b;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.nul;
import static dev.lockstep.table.TestItems.s;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.LockstepException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

class KeyTest {
    private static Key both(String id, String at) {
        return BY_STRING_AND_NUMBER.keyOf(Map.of("at", n(at), "id", s(id)));
    }

    @Test
    void keysAreEqualByValue() {
        Key one = BY_NUMBER.keyOf(Map.of("id", n("1")));
        assertThat(BY_NUMBER.keyOf(Map.of("id", n("1.0")))).isEqualTo(one).hasSameHashCodeAs(one);
        assertThat(both("a", "10")).isEqualTo(both("a", "1E1")).hasSameHashCodeAs(both("a", "1E1"));
        assertThat(BY_BINARY.keyOf(Map.of("id", b(1, 2)))).isEqualTo(BY_BINARY.keyOf(Map.of("id", b(1, 2))));
    }

    @Test
    void bothPartsOfAKeyCount() {
        assertThat(both("a", "1")).isNotEqualTo(both("a", "2")).isNotEqualTo(both("b", "1"));
        assertThat(key("a")).isNotEqualTo(both("a", "1"));
        assertThat(both("a", "1")).isNotEqualTo(key("a"));
        assertThat(key("1")).isNotEqualTo(BY_NUMBER.keyOf(Map.of("id", n("1"))));
    }

    @Test
    void aKeyTakesOnlyTheKeyAttributesPartitionKeyFirst() {
        Key key = BY_STRING_AND_NUMBER.keyOf(Map.of("other", nul(), "at", n("1"), "id", s("a")));
        assertThat(key.attributes()).containsExactly(Map.entry("id", s("a")), Map.entry("at", n("1")));
        assertThat(key.schema()).isEqualTo(BY_STRING_AND_NUMBER);
    }

    @Test
    void aKeyIsOneLineOfText() {
        assertThat(both("a\r\n\u0000\"", "7"))
                .hasToString("{\"id\":{\"S\":\"a\\r\\n\\u0000\\\"\"},\"at\":{\"N\":\"7\"}}");
    }

    @Test
    void aKeyHoldsSomeHeap() {
        assertThat(key("x".repeat(1000)).heap()).isBetween(1000L, 1400L);
        assertThat(both("a", "1").heap()).isGreaterThan(key("a").heap());
    }

    @Test
    void anItemWithoutAKeyAttributeHasNoKey() {
        assertThatThrownBy(() -> BY_STRING_AND_NUMBER.keyOf(Map.of("id", s("a"), "v", s("hunter2"))))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("at (N)")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void schemasAreEqualByNamesAndTypes() {
        assertThat(BY_STRING).isEqualTo(new KeySchema(new KeyAttribute("id", ScalarAttributeType.S), Optional.empty()));
        assertThat(BY_STRING).isNotEqualTo(BY_NUMBER).isNotEqualTo(BY_STRING_AND_NUMBER);
        assertThat(BY_STRING)
                .isNotEqualTo(new KeySchema(new KeyAttribute("ID", ScalarAttributeType.S), Optional.empty()));
    }

    @Test
    void aSchemaTellsItsAttributesPartitionKeyFirst() {
        assertThat(BY_STRING_AND_NUMBER).hasToString("id (S), at (N)");
        assertThat(BY_STRING).hasToString("id (S)");
        assertThat(BY_STRING_AND_NUMBER.attributes())
                .containsExactly(
                        new KeyAttribute("id", ScalarAttributeType.S), new KeyAttribute("at", ScalarAttributeType.N));
    }
}
