package dev.lockstep.backup;

import dev.lockstep.table.MalformedItemException;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** DynamoDB JSON as the Java fields of the old SDK are called: {@code {"id":{"s":"x"}}}. */
final class LowerCaseTypes {
    private static final Map<String, String> TYPES = Map.of(
            "s",
            "S",
            "n",
            "N",
            "b",
            "B",
            "sS",
            "SS",
            "nS",
            "NS",
            "bS",
            "BS",
            "m",
            "M",
            "l",
            "L",
            "bOOL",
            "BOOL",
            "nULLValue",
            "NULL");

    private LowerCaseTypes() {}

    /** Whether the JSON is an item of this form and not of the usual one. */
    static boolean isIn(JsonNode item) {
        return item.isObject()
                && !item.isEmpty()
                && item.properties().stream()
                        .map(Map.Entry::getValue)
                        .allMatch(value -> value.isObject()
                                && value.size() == 1
                                && TYPES.containsKey(
                                        value.propertyNames().iterator().next()));
    }

    /** The same item with the usual types; a level of Jackson's nesting bounds the depth. */
    static ObjectNode toUpperCase(JsonNode item) throws MalformedItemException {
        if (!item.isObject()) {
            throw new MalformedItemException("an item must be a JSON object");
        }
        ObjectNode upper = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> attribute : item.properties()) {
            upper.set(attribute.getKey(), value(attribute.getKey(), attribute.getValue()));
        }
        return upper;
    }

    private static ObjectNode value(String name, JsonNode value) throws MalformedItemException {
        if (!value.isObject() || value.size() != 1) {
            throw new MalformedItemException("'" + name + "' is not a value such as {\"s\":\"text\"}");
        }
        String type = value.propertyNames().iterator().next();
        String upper = TYPES.get(type);
        if (upper == null) {
            throw new MalformedItemException("'" + name + "' has a type that is not known");
        }
        JsonNode content = value.path(type);
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        return switch (upper) {
            case "M" -> result.set("M", toUpperCase(content));
            case "L" -> result.set("L", elements(name, content));
            default -> result.set(upper, content);
        };
    }

    private static JsonNode elements(String name, JsonNode list) throws MalformedItemException {
        if (!list.isArray()) {
            throw new MalformedItemException("'" + name + "' does not hold what its type says");
        }
        ArrayNode upper = JsonNodeFactory.instance.arrayNode();
        for (JsonNode element : list) {
            upper.add(value(name, element));
        }
        return upper;
    }
}
