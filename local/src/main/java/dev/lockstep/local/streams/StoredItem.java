package dev.lockstep.local.streams;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Items as DynamoDB stores them: numbers in their plain shortest form, sets in one order. Two items are then the same to DynamoDB if and
 * only if they are {@code equals}.
 */
final class StoredItem {
    private StoredItem() {}

    static Map<String, AttributeValue> of(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> stored = new TreeMap<>();
        item.forEach((name, value) -> stored.put(name, stored(value)));
        return java.util.Collections.unmodifiableMap(stored);
    }

    /** UTF-8 names and values; 3 bytes a list or map and 1 an element; two digits a byte and one more: AWS's published sizes. */
    static long size(Map<String, AttributeValue> item) {
        long size = 0;
        for (Map.Entry<String, AttributeValue> e : item.entrySet()) {
            size += utf8(e.getKey()) + size(e.getValue());
        }
        return size;
    }

    private static AttributeValue stored(AttributeValue value) {
        return switch (value.type()) {
            case N -> AttributeValue.fromN(number(value.n()));
            case SS -> AttributeValue.fromSs(List.copyOf(new TreeSet<>(value.ss())));
            case NS -> AttributeValue.fromNs(numbers(value.ns()));
            case BS -> AttributeValue.fromBs(bytes(value.bs()));
            case L -> AttributeValue.fromL(each(value.l(), StoredItem::stored));
            case M -> AttributeValue.fromM(of(value.m()));
            default -> value;
        };
    }

    private static String number(String text) {
        BigDecimal number = new BigDecimal(text);
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    private static List<String> numbers(List<String> numbers) {
        return numbers.stream()
                .map(StoredItem::number)
                .distinct()
                .sorted(Comparator.comparing(BigDecimal::new))
                .toList();
    }

    private static List<SdkBytes> bytes(List<SdkBytes> values) {
        return values.stream()
                .distinct()
                .sorted(Comparator.comparing(SdkBytes::asByteArrayUnsafe, java.util.Arrays::compareUnsigned))
                .toList();
    }

    private static List<AttributeValue> each(List<AttributeValue> values, UnaryOperator<AttributeValue> change) {
        List<AttributeValue> changed = new ArrayList<>();
        values.forEach(v -> changed.add(change.apply(v)));
        return changed;
    }

    private static long size(AttributeValue value) {
        return switch (value.type()) {
            case S -> utf8(value.s());
            case N -> digits(value.n());
            case B -> value.b().asByteArrayUnsafe().length;
            case SS -> sum(value.ss().stream().map(StoredItem::utf8).toList());
            case NS -> sum(value.ns().stream().map(StoredItem::digits).toList());
            case BS ->
                sum(value.bs().stream()
                        .map(b -> (long) b.asByteArrayUnsafe().length)
                        .toList());
            case L -> 3 + sum(value.l().stream().map(v -> 1 + size(v)).toList());
            case M -> 3 + value.m().size() + size(value.m());
            default -> 1;
        };
    }

    private static long sum(Collection<Long> sizes) {
        return sizes.stream().mapToLong(Long::longValue).sum();
    }

    private static long utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static long digits(String number) {
        BigDecimal value = new BigDecimal(number).stripTrailingZeros();
        return (value.precision() + 1) / 2 + 1 + (value.signum() < 0 ? 1 : 0);
    }
}
