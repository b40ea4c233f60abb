package dev.lockstep.table;

import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.nul;
import static dev.lockstep.table.TestItems.s;
import static dev.lockstep.table.TestItems.ss;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ItemTest {
    @Test
    void itemsAreEqualByValue() {
        Item item = item("a", Map.of("n", n("1"), "ss", ss("x", "y")));
        assertThat(item)
                .isEqualTo(item("a", Map.of("ss", ss("y", "x"), "n", n("1.0"))))
                .hasSameHashCodeAs(item("a", Map.of("ss", ss("y", "x"), "n", n("1.0"))))
                .isNotEqualTo(item("a", "n", n("1")))
                .isNotEqualTo(item("b", Map.of("n", n("1"), "ss", ss("x", "y"))))
                .isNotEqualTo("a");
    }

    @Test
    void differingAttributesAreNamedInOrder() {
        Item a = item("a", Map.of("same", n("1"), "z", s("x"), "gone", nul()));
        Item b = item("a", Map.of("same", n("1.0"), "z", s("y"), "added", nul()));
        assertThat(a.differingFrom(b)).containsExactly("added", "gone", "z");
        assertThat(b.differingFrom(a)).containsExactly("added", "gone", "z");
    }

    @Test
    void attributesOfGlobalTablesAreNotCopied() {
        Item item = item("a", Map.of("aws:rep:deleting", n("1"), "aws:rep:updatetime", n("2"), "aws:other", n("3")));
        assertThat(item.toCopy()).isEqualTo(item("a", "aws:other", n("3")));
        assertThat(item.attributes()).hasSize(4);
        assertThat(Item.ofGlobalTables("aws:rep:updateregion")).isTrue();
        assertThat(Item.ofGlobalTables("my-aws:rep:")).isFalse();
    }

    @Test
    void anItemWhoseAttributesAllPassIsItself() {
        Item item = item("a", "v", n("1"));
        assertThat(item.only(name -> true)).isSameAs(item);
        assertThat(item.only("id"::equals)).isEqualTo(item("a"));
        assertThat(item.with(Item.of(Map.of()))).isSameAs(item);
    }

    @Test
    void attributesPutOverAnItemWin() {
        Item base = item("a", Map.of("v", n("1"), "w", n("2")));
        assertThat(base.with(Item.of(Map.of("v", s("new"), "x", nul()))))
                .isEqualTo(item("a", Map.of("v", s("new"), "w", n("2"), "x", nul())));
        assertThat(base).isEqualTo(item("a", Map.of("v", n("1"), "w", n("2"))));
    }

    @Test
    void textForLogsHoldsNoValues() {
        assertThat(item("hunter2", "v", s("hunter2"))).asString().contains("v").doesNotContain("hunter2");
        assertThat(TestItems.put(item("k", "v", s("hunter2")))).asString().doesNotContain("hunter2");
    }
}
