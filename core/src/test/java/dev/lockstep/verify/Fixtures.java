package dev.lockstep.verify;

import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.Table;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Tables and items that the tests of this package share. */
final class Fixtures {
    static final KeySchema BY_ID = new KeySchema(new KeyAttribute("id", ScalarAttributeType.S), Optional.empty());
    static final KeySchema BY_CUSTOMER_AND_ORDER = new KeySchema(
            new KeyAttribute("customer", ScalarAttributeType.S),
            Optional.of(new KeyAttribute("order", ScalarAttributeType.N)));

    private Fixtures() {}

    static MemoryTable table(String name) {
        return new MemoryTable(name, BY_ID);
    }

    /** A table with items 0 to {@code count} - 1. */
    static MemoryTable filled(String name, int count) {
        MemoryTable table = table(name);
        for (int i = 0; i < count; i++) {
            table.put(item(i, "a"));
        }
        return table;
    }

    static Item item(int number, String value) {
        return item("item-" + number, Map.of("v", AttributeValue.fromS(value), "n", AttributeValue.fromN("" + number)));
    }

    static Item item(String id, Map<String, AttributeValue> others) {
        Map<String, AttributeValue> attributes = new HashMap<>(others);
        attributes.put("id", AttributeValue.fromS(id));
        return Item.of(attributes);
    }

    static Item order(String customer, int order, String value) {
        return Item.of(Map.of(
                "customer", AttributeValue.fromS(customer),
                "order", AttributeValue.fromN("" + order),
                "v", AttributeValue.fromS(value)));
    }

    static Key key(int number) {
        return BY_ID.keyOf(item(number, "").attributes());
    }

    static Key key(Table table, Item item) {
        return table.keys().keyOf(item.attributes());
    }

    static void remove(MemoryTable table, Key key) {
        var unused = table.write(java.util.List.of(new dev.lockstep.table.Write.Delete(key)));
    }
}
