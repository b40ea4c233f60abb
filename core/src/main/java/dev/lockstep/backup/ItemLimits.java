package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.table.Item;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What an item must be for DynamoDB to take it, beyond what its JSON says: found before anything is written. */
final class ItemLimits {
    private static final int DEEPEST = 32;
    private static final int PARTITION_BYTES = 2048;
    private static final int SORT_BYTES = 1024;

    private ItemLimits() {}

    /** @throws MalformedItemException where DynamoDB would never take it */
    static Item checked(Map<String, AttributeValue> attributes) throws MalformedItemException {
        for (Map.Entry<String, AttributeValue> attribute : attributes.entrySet()) {
            check(attribute.getKey(), attribute.getValue(), 1);
        }
        Item item = Item.of(attributes);
        if (!item.encodable()) {
            throw new MalformedItemException("a string with a lone surrogate, which cannot be stored exactly");
        }
        if (item.size() > Item.MAX_BYTES) {
            throw new MalformedItemException("an item larger than 400 KB");
        }
        return item;
    }

    /** What keeps DynamoDB from taking an item for its key, as a sentence; the key attributes are there, of their types. */
    static Optional<String> ofKey(KeySchema keys, Map<String, AttributeValue> attributes) {
        return ofKey("partition", keys.partition(), attributes, PARTITION_BYTES)
                .or(() -> keys.sort().flatMap(sort -> ofKey("sort", sort, attributes, SORT_BYTES)));
    }

    private static Optional<String> ofKey(
            String role, KeyAttribute attribute, Map<String, AttributeValue> attributes, int most) {
        int bytes = bytes(attributes.getOrDefault(attribute.name(), AttributeValue.fromS("")));
        return bytes >= 1 && bytes <= most
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "the %s key %s has %,d bytes, and DynamoDB takes 1 to %,d",
                        role,
                        attribute.name(),
                        bytes,
                        most));
    }

    private static int bytes(AttributeValue value) {
        return switch (value.type()) {
            case S -> value.s().getBytes(UTF_8).length;
            case B -> value.b().asByteArrayUnsafe().length;
            default -> 1; // a number, which is small
        };
    }

    private static void check(String name, AttributeValue value, int level) throws MalformedItemException {
        if (level > DEEPEST) {
            throw new MalformedItemException("'" + name + "' is nested deeper than " + DEEPEST + " levels");
        }
        switch (value.type()) {
            case L -> {
                for (AttributeValue element : value.l()) {
                    check(name, element, level + 1);
                }
            }
            case M -> {
                for (AttributeValue element : value.m().values()) {
                    check(name, element, level + 1);
                }
            }
            case NS -> requireDistinct(name, value.ns());
            default -> {}
        }
    }

    private static void requireDistinct(String name, List<String> numbers) throws MalformedItemException {
        Set<BigDecimal> distinct = new HashSet<>();
        for (String number : numbers) {
            if (!distinct.add(new BigDecimal(number).stripTrailingZeros())) {
                throw new MalformedItemException("'" + name + "' holds a number twice");
            }
        }
    }
}
