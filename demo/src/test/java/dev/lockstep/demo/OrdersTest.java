package dev.lockstep.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue.Type;

class OrdersTest {
    @Test
    void theOrderOfANumberIsAlwaysTheSame() {
        IntStream.range(0, 200)
                .forEach(n -> assertThat(Orders.item(n)).as("order %d", n).isEqualTo(Orders.item(n)));
    }

    @Test
    void everyNumberHasAKeyOfItsOwn() {
        Set<Map<String, AttributeValue>> keys =
                IntStream.range(0, 1_000).mapToObj(Orders::key).collect(Collectors.toSet());

        assertThat(keys).hasSize(1_000);
    }

    @Test
    void aFewHundredOrdersCoverAllTenTypes() {
        Set<Type> types = EnumSet.noneOf(Type.class);
        IntStream.range(0, 300).forEach(n -> Orders.item(n).values().forEach(v -> addTypes(v, types)));

        assertThat(types).isEqualTo(EnumSet.complementOf(EnumSet.of(Type.UNKNOWN_TO_SDK_VERSION)));
    }

    @Test
    void ordersThatGoAbroadHaveNumbersOf38Digits() {
        IntStream.range(0, 200)
                .filter(Orders::isExport)
                .forEach(n -> assertThat(new BigDecimal(
                                        Orders.item(n).get("exchange_rate").n())
                                .stripTrailingZeros()
                                .precision())
                        .isEqualTo(38));
    }

    @Test
    void someOrdersHoldEmptyStringsAndEmptyLists() {
        assertThat(IntStream.range(0, 300).mapToObj(n -> Orders.item(n).toString()))
                .anyMatch(item -> item.contains("note=AttributeValue(S=)"))
                .anyMatch(item -> item.contains("options=AttributeValue(L=[])"));
    }

    private static void addTypes(AttributeValue value, Set<Type> types) {
        types.add(value.type());
        value.m().values().forEach(v -> addTypes(v, types));
        value.l().forEach(v -> addTypes(v, types));
    }
}
