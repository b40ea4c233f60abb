package dev.lockstep.table;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Short words for values, items and writes in tests. */
public final class TestItems {
    /** The partition key {@code id}, a string; no sort key. */
    public static final KeySchema BY_STRING = schema(ScalarAttributeType.S);

    public static final KeySchema BY_NUMBER = schema(ScalarAttributeType.N);
    public static final KeySchema BY_BINARY = schema(ScalarAttributeType.B);

    /** The partition key {@code id} and the sort key {@code at}, a number. */
    public static final KeySchema BY_STRING_AND_NUMBER = new KeySchema(
            new KeyAttribute("id", ScalarAttributeType.S), Optional.of(new KeyAttribute("at", ScalarAttributeType.N)));

    private TestItems() {}

    private static KeySchema schema(ScalarAttributeType type) {
        return new KeySchema(new KeyAttribute("id", type), Optional.empty());
    }

    public static AttributeValue s(String value) {
        return AttributeValue.fromS(value);
    }

    public static AttributeValue n(String value) {
        return AttributeValue.fromN(value);
    }

    public static AttributeValue b(int... bytes) {
        return AttributeValue.fromB(bytes(bytes));
    }

    public static SdkBytes bytes(int... bytes) {
        byte[] array = new byte[bytes.length];
        IntStream.range(0, bytes.length).forEach(i -> array[i] = (byte) bytes[i]);
        return SdkBytes.fromByteArray(array);
    }

    public static AttributeValue ss(String... values) {
        return AttributeValue.fromSs(List.of(values));
    }

    public static AttributeValue ns(String... values) {
        return AttributeValue.fromNs(List.of(values));
    }

    public static AttributeValue bs(SdkBytes... values) {
        return AttributeValue.fromBs(List.of(values));
    }

    public static AttributeValue l(AttributeValue... values) {
        return AttributeValue.fromL(List.of(values));
    }

    public static AttributeValue m(Map<String, AttributeValue> values) {
        return AttributeValue.fromM(values);
    }

    public static AttributeValue bool(boolean value) {
        return AttributeValue.fromBool(value);
    }

    public static AttributeValue nul() {
        return AttributeValue.fromNul(true);
    }

    /** Lists in one another, {@code levels} with the string in the innermost. */
    public static AttributeValue nested(int levels) {
        AttributeValue value = s("x");
        for (int i = 1; i < levels; i++) {
            value = l(value);
        }
        return value;
    }

    public static Item item(String id) {
        return item(s(id), Map.of());
    }

    public static Item item(String id, String name, AttributeValue value) {
        return item(s(id), Map.of(name, value));
    }

    public static Item item(String id, Map<String, AttributeValue> others) {
        return item(s(id), others);
    }

    public static Item item(AttributeValue id, Map<String, AttributeValue> others) {
        Map<String, AttributeValue> attributes = new LinkedHashMap<>();
        attributes.put("id", id);
        attributes.putAll(others);
        return Item.of(attributes);
    }

    /** Exactly so large by DynamoDB's rule. */
    public static Item itemOfBytes(String id, int bytes) {
        int filler = bytes - "id".length() - id.length() - "filler".length();
        return item(id, "filler", s("x".repeat(filler)));
    }

    /** The key and other attributes, {@code count} in all. */
    public static Item itemOfAttributes(String id, int count) {
        Map<String, AttributeValue> others = new LinkedHashMap<>();
        IntStream.range(1, count).forEach(i -> others.put("a" + i, n("" + i)));
        return item(id, others);
    }

    /** So many small items: {@code k0}, {@code k1} and so on. */
    public static List<Item> items(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> item("k" + i, "v", n("" + i)))
                .toList();
    }

    public static Key key(String id) {
        return BY_STRING.keyOf(Map.of("id", s(id)));
    }

    /** The item's write to a table by string. */
    public static Write put(Item item) {
        return put(BY_STRING, item);
    }

    public static Write put(KeySchema schema, Item item) {
        return new Write.Put(schema.keyOf(item.attributes()), item);
    }

    public static Write delete(String id) {
        return new Write.Delete(key(id));
    }
}
