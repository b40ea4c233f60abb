package dev.lockstep.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ValuesPropertyTest {
    private static final int ROUNDS = 3000;

    @Test
    void aValueInAnotherSpellingIsEqualAndHashesTheSame() {
        RandomItems random = new RandomItems(1);
        for (int i = 0; i < ROUNDS; i++) {
            AttributeValue value = random.value();
            AttributeValue same = random.respelled(value);
            assertThat(Values.equal(value, same))
                    .as("%s equals %s", value, same)
                    .isTrue();
            assertThat(canonical(value)).as("%s and %s", value, same).isEqualTo(canonical(same));
            assertThat(Values.hash(value)).as("hash of %s and %s", value, same).isEqualTo(Values.hash(same));
            assertThat(Values.size(value)).as("size of %s and %s", value, same).isEqualTo(Values.size(same));
        }
    }

    private static byte[] canonical(AttributeValue value) {
        return Canonical.of(Map.of("v", value));
    }

    @Test
    void aChangedValueIsNotEqual() {
        RandomItems random = new RandomItems(2);
        for (int i = 0; i < ROUNDS; i++) {
            AttributeValue value = random.value();
            AttributeValue other = random.respelled(random.changed(value));
            assertThat(Values.equal(value, other))
                    .as("%s equals %s", value, other)
                    .isFalse();
            assertThat(canonical(value)).as("%s and %s", value, other).isNotEqualTo(canonical(other));
            assertThat(Values.equal(other, value))
                    .as("%s equals %s", other, value)
                    .isFalse();
        }
    }

    @Test
    void anItemInAnotherSpellingIsEqual() {
        RandomItems random = new RandomItems(3);
        for (int i = 0; i < 500; i++) {
            Item item = random.item("i" + i);
            assertThat(random.respelled(item)).isEqualTo(item).hasSameHashCodeAs(item);
            assertThat(item.differingFrom(random.respelled(item))).isEmpty();
        }
    }

    @Test
    void hashesOfDifferentValuesSeldomCollide() {
        RandomItems random = new RandomItems(4);
        long hashes = IntStream.range(0, 1000)
                .mapToObj(i -> random.item("i" + i).hashCode())
                .distinct()
                .count();
        assertThat(hashes).isGreaterThan(990);
    }
}
