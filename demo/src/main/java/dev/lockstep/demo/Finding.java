package dev.lockstep.demo;

import dev.lockstep.table.ItemJson;
import dev.lockstep.table.MalformedItemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.JsonNode;

/**
 * One line of a report, as planted or as found.
 *
 * @param attributes sorted
 */
record Finding(String kind, String customer, String order, List<String> attributes) {
    static final String MISSING = "missing";
    static final String DIFFERENT = "different";
    static final String EXTRA = "extra";

    /** An item that only one table has: all its attributes are named. */
    static Finding ofWhole(String kind, Map<String, AttributeValue> item) {
        return of(kind, item, List.copyOf(new TreeSet<>(item.keySet())));
    }

    static Finding of(String kind, Map<String, AttributeValue> item, List<String> attributes) {
        String customer = item.getOrDefault(Orders.CUSTOMER, Value.string("?")).s();
        String order = item.getOrDefault(Orders.ORDER, Value.string("?")).s();
        return new Finding(kind, customer, order, attributes);
    }

    /** A report's lines; {@code repaired} is what each of them must say. */
    static List<Finding> read(Path report, boolean repaired) {
        try {
            return Files.readAllLines(report).stream()
                    .map(line -> parse(line, repaired))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Finding parse(String line, boolean repaired) {
        try {
            JsonNode node = ItemJson.parse(line);
            if (node.required("repaired").booleanValue() != repaired) {
                throw new IllegalStateException("the report should say repaired: " + repaired + ", but: " + line);
            }
            List<String> attributes = node.required("attributes")
                    .valueStream()
                    .map(JsonNode::stringValue)
                    .toList();
            return of(node.required("kind").stringValue(), ItemJson.read(node.required("key")), attributes);
        } catch (MalformedItemException e) {
            throw new IllegalStateException("the report holds a line that is no finding: " + line, e);
        }
    }

    @Override
    public String toString() {
        return kind + " " + customer + " " + order + (kind.equals(DIFFERENT) ? " " + attributes : "");
    }
}
