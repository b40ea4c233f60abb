package dev.lockstep.demo;

import dev.lockstep.InvalidSettingsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What goes wrong in a replica of so many orders, spread evenly over them. Always the same; immutable. */
final class Damage {
    static final int LEAST_ITEMS = 200;

    private static final int DELETED = 12;
    private static final int ADDED = 7;
    private static final int REWRITTEN = 3;
    private static final int TOUCHED = DELETED + Change.ALL.size() + REWRITTEN;

    private final int items;

    /** @throws InvalidSettingsException where that is too few to hold it all */
    Damage(int items) {
        if (items < LEAST_ITEMS) {
            throw new InvalidSettingsException(
                    "check", "--items " + items, "too few for the damage", "Name at least " + LEAST_ITEMS);
        }
        this.items = items;
    }

    /** Does it. */
    void plant(DynamoDbClient replica) {
        for (int i = 0; i < DELETED; i++) {
            Map<String, AttributeValue> key = Orders.key(deleted(i));
            replica.deleteItem(r -> r.tableName(Orders.TABLE).key(key));
        }
        for (int i = 0; i < Change.ALL.size(); i++) {
            put(replica, Change.ALL.get(i).applyTo(Orders.item(changed(i))));
        }
        for (int i = 0; i < ADDED; i++) {
            put(replica, Orders.item(added(i)));
        }
        for (int i = 0; i < REWRITTEN; i++) {
            put(replica, Change.rewritten(Orders.item(rewritten(i))));
        }
    }

    private static void put(DynamoDbClient replica, Map<String, AttributeValue> item) {
        replica.putItem(r -> r.tableName(Orders.TABLE).item(item));
    }

    /** What a replica that held these orders holds afterwards. */
    Contents applyTo(Contents orders) {
        Contents gone = Contents.of(IntStream.range(0, DELETED).mapToObj(i -> Orders.item(deleted(i))));
        Contents written = Contents.of(Stream.concat(
                IntStream.range(0, Change.ALL.size())
                        .mapToObj(i -> Change.ALL.get(i).applyTo(Orders.item(changed(i)))),
                IntStream.range(0, ADDED).mapToObj(i -> Orders.item(added(i)))));
        return orders.after(gone, written);
    }

    /** What a comparison must find, no more and no less. */
    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < DELETED; i++) {
            findings.add(Finding.ofWhole(Finding.MISSING, Orders.item(deleted(i))));
        }
        for (int i = 0; i < Change.ALL.size(); i++) {
            List<String> attributes = List.of(Change.ALL.get(i).attribute());
            findings.add(Finding.of(Finding.DIFFERENT, Orders.key(changed(i)), attributes));
        }
        for (int i = 0; i < ADDED; i++) {
            findings.add(Finding.ofWhole(Finding.EXTRA, Orders.item(added(i))));
        }
        return findings;
    }

    /** What was done, a line each. */
    List<String> description() {
        return List.of(
                DELETED + " orders deleted, " + ADDED + " added that the primary never had",
                Change.ALL.size() + " changed, each in one way that is easily overlooked: "
                        + String.join(
                                ", ", Change.ALL.stream().map(Change::what).toList()),
                REWRITTEN + " written again with their sets in another order, which is no difference");
    }

    /** The key of the order in which only the last of 38 digits differs, as a user types it. */
    String keyOfLastDigit() {
        return typed(Orders.key(changed(0)));
    }

    /** A key of an order as a user types it: plain JSON. */
    static String typed(Map<String, AttributeValue> key) {
        return String.format(
                "{\"%s\":\"%s\",\"%s\":\"%s\"}",
                Orders.CUSTOMER,
                key.getOrDefault(Orders.CUSTOMER, Value.nothing()).s(),
                Orders.ORDER,
                key.getOrDefault(Orders.ORDER, Value.nothing()).s());
    }

    private int deleted(int i) {
        return spread(i);
    }

    private int changed(int i) {
        return spread(DELETED + i);
    }

    private int rewritten(int i) {
        return spread(DELETED + Change.ALL.size() + i);
    }

    private int added(int i) {
        return items + i;
    }

    /** An order with all attributes: each can be damaged. */
    private int spread(int i) {
        return i * (items / TOUCHED / Orders.EXPORTS * Orders.EXPORTS);
    }
}
