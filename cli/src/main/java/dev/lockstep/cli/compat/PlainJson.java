package dev.lockstep.cli.compat;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * DynamoDB JSON without its types, as the older tools print it: {@code {"id":{"S":"abc"}}} becomes {@code {"id":"abc"}}.
 * Numbers keep every digit; sets are arrays and binary is base64, so this is for reading, not for storing.
 */
final class PlainJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ObjectWriter PRETTY = JsonMapper.shared().writerWithDefaultPrettyPrinter();
    private static final String JSON_NUMBER = "-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?";

    private PlainJson() {}

    /** A key that the record commands take: plain, or with its types where it holds binary. */
    static String key(JsonNode key) {
        boolean binary = key.properties().stream().anyMatch(a -> a.getValue().has("B"));
        return binary ? key.toString() : item(key).toString();
    }

    /** An item over several lines. */
    static String pretty(JsonNode item) {
        return PRETTY.writeValueAsString(item(item));
    }

    private static ObjectNode item(JsonNode attributes) {
        ObjectNode plain = NODES.objectNode();
        for (Map.Entry<String, JsonNode> attribute : attributes.properties()) {
            plain.set(attribute.getKey(), value(attribute.getValue()));
        }
        return plain;
    }

    private static JsonNode value(JsonNode typed) {
        Map.Entry<String, JsonNode> only = typed.properties().iterator().next();
        JsonNode value = only.getValue();
        return switch (only.getKey()) {
            case "N" -> number(value);
            case "NULL" -> NODES.nullNode();
            case "M" -> item(value);
            case "L" -> array(value);
            case "NS" -> numbers(value);
            default -> value; // S, B, BOOL, SS, BS
        };
    }

    private static JsonNode array(JsonNode values) {
        ArrayNode plain = NODES.arrayNode();
        values.forEach(v -> plain.add(value(v)));
        return plain;
    }

    private static JsonNode numbers(JsonNode values) {
        ArrayNode plain = NODES.arrayNode();
        values.forEach(v -> plain.add(number(v)));
        return plain;
    }

    private static JsonNode number(JsonNode text) {
        String digits = text.asString();
        return digits.matches(JSON_NUMBER) ? NODES.rawValueNode(new RawValue(digits)) : text;
    }
}
