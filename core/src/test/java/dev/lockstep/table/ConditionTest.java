package dev.lockstep.table;

import static dev.lockstep.table.TestItems.delete;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.itemOfAttributes;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.nul;
import static dev.lockstep.table.TestItems.put;
import static dev.lockstep.table.TestItems.s;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConditionTest {
    @Test
    void whereThereWasNothingThePartitionKeyMustBeAbsent() {
        Condition condition = Condition.unchanged(put(item("a", "v", n("1"))), null);
        assertThat(condition).isEqualTo(new Condition(Map.of(), Set.of("id")));
        assertThat(condition.holds(null)).isTrue();
        assertThat(condition.holds(item("a"))).isFalse();
    }

    @Test
    void whatWasThereMustBeEqualAndWhatIsAddedAbsent() {
        Condition condition =
                Condition.unchanged(put(item("a", Map.of("x", n("2"), "y", nul()))), item("a", "x", n("1")));
        assertThat(condition.absent()).containsExactly("y");
        assertThat(condition.holds(item("a", "x", n("1.0")))).isTrue();
        assertThat(condition.holds(item("a", Map.of("x", n("1"), "unseen", s("z")))))
                .isTrue();
        assertThat(condition.holds(item("a", "x", n("2")))).isFalse();
        assertThat(condition.holds(item("a", Map.of("x", n("1"), "y", nul())))).isFalse();
        assertThat(condition.holds(item("a"))).isFalse();
        assertThat(condition.holds(null)).isFalse();
    }

    @Test
    void aDeleteAddsNothing() {
        assertThat(Condition.unchanged(delete("a"), item("a", "x", n("1"))).absent())
                .isEmpty();
    }

    @Test
    void namesAndValuesGoByPlaceholder() {
        var expression = new ConditionExpression(new Condition(Map.of("a = b", s("x OR 1")), Set.of("size")));
        assertThat(expression.text()).isEqualTo("#0=:0 AND attribute_not_exists(#1)");
        assertThat(expression.names()).containsExactly(Map.entry("#0", "a = b"), Map.entry("#1", "size"));
        assertThat(expression.values()).containsExactly(Map.entry(":0", s("x OR 1")));
    }

    @Test
    void aConditionOf150TermsFits() {
        assertThat(Condition.unchanged(delete("a"), itemOfAttributes("a", 150)).fits())
                .isTrue();
        assertThat(Condition.unchanged(delete("a"), itemOfAttributes("a", 151)).fits())
                .isFalse();
        Item before = itemOfAttributes("a", 75);
        assertThat(Condition.unchanged(put(itemOfAttributes("a", 150)), before).fits())
                .isTrue();
        assertThat(Condition.unchanged(put(itemOfAttributes("a", 151)), before).fits())
                .isFalse();
        assertThat(Condition.attributeIs("version", n("1")).fits()).isTrue();
    }

    @Test
    void anExpressionOfMoreThan4096BytesDoesNotFit() {
        Set<String> absent = itemOfAttributes("a", 140).attributes().keySet();
        Condition condition = new Condition(Map.of(), absent);
        assertThat(new ConditionExpression(condition).text()).hasSizeGreaterThan(Condition.MAX_EXPRESSION_BYTES);
        assertThat(condition.fits()).isFalse();
    }
}
