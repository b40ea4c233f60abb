package dev.lockstep.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class DamageTest {
    @Test
    void everyChangeIsADifferenceInItsAttributeAndNoOther() {
        Map<String, AttributeValue> before = Orders.item(8);
        for (Change change : Change.ALL) {
            Map<String, AttributeValue> after = change.applyTo(before);
            TreeSet<String> differing = new TreeSet<>(before.keySet());
            differing.removeIf(name -> before.get(name).equals(after.get(name)));

            assertThat(differing).as(change.what()).containsExactly(change.attribute());
        }
    }

    @Test
    void anItemWhoseSetsAreWrittenInAnotherOrderHasTheSameContents() {
        Map<String, AttributeValue> before = Orders.item(8);
        Map<String, AttributeValue> after = Change.rewritten(before);

        assertThat(after).isNotEqualTo(before);
        assertThat(Contents.of(Stream.of(after)).differencesFrom(Contents.of(Stream.of(before))))
                .isZero();
    }

    @Test
    void asManyItemsDifferAsThereAreFindings() {
        Damage damage = new Damage(Damage.LEAST_ITEMS);
        Contents whole = Contents.of(IntStream.range(0, Damage.LEAST_ITEMS).mapToObj(Orders::item));

        assertThat(damage.applyTo(whole).differencesFrom(whole))
                .isEqualTo(damage.findings().size());
        assertThat(damage.findings()).doesNotHaveDuplicates();
    }

    @Test
    void tooFewItemsAreRefused() {
        assertThatThrownBy(() -> new Damage(Damage.LEAST_ITEMS - 1))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("at least 200");
    }
}
