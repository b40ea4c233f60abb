package dev.lockstep.table;

import dev.lockstep.InvalidSettingsException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** DynamoDB JSON ({@code {"id":{"S":"x"},"n":{"N":"1"}}}, binary as base64) and items, exactly, both ways. */
public final class ItemJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private ItemJson() {}

    /** One line, no spaces. */
    public static String write(Map<String, AttributeValue> attributes) {
        return MAPPER.writeValueAsString(node(attributes));
    }

    public static ObjectNode node(Map<String, AttributeValue> attributes) {
        ObjectNode node = MAPPER.createObjectNode();
        attributes.forEach((name, value) -> node.set(name, node(value)));
        return node;
    }

    private static ObjectNode node(AttributeValue value) {
        ObjectNode node = MAPPER.createObjectNode();
        switch (value.type()) {
            case S -> node.put("S", value.s());
            case N -> node.put("N", value.n());
            case B -> node.put("B", base64(value.b()));
            case SS -> strings(node.putArray("SS"), value.ss());
            case NS -> strings(node.putArray("NS"), value.ns());
            case BS ->
                strings(
                        node.putArray("BS"),
                        value.bs().stream().map(ItemJson::base64).toList());
            case L -> {
                ArrayNode elements = node.putArray("L");
                value.l().forEach(e -> elements.add(node(e)));
            }
            case M -> node.set("M", node(value.m()));
            case BOOL -> node.put("BOOL", value.bool());
            case NUL -> node.put("NULL", true);
            case UNKNOWN_TO_SDK_VERSION -> throw new IllegalStateException("an unknown DynamoDB type");
        }
        return node;
    }

    private static void strings(ArrayNode array, List<String> values) {
        values.forEach(array::add);
    }

    private static String base64(SdkBytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
    }

    /** Parses any JSON text; a failure's message does not repeat the text. */
    public static JsonNode parse(String json) throws MalformedItemException {
        try {
            return MAPPER.readTree(json);
        } catch (JacksonException e) {
            throw new MalformedItemException("not JSON: " + e.getOriginalMessage());
        }
    }

    /** An item from DynamoDB JSON. */
    public static Map<String, AttributeValue> read(JsonNode node) throws MalformedItemException {
        if (!node.isObject()) {
            throw new MalformedItemException("an item must be a JSON object");
        }
        Map<String, AttributeValue> attributes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> e : node.properties()) {
            attributes.put(e.getKey(), value(e.getKey(), e.getValue()));
        }
        return attributes;
    }

    private static AttributeValue value(String name, JsonNode node) throws MalformedItemException {
        if (!node.isObject() || node.size() != 1) {
            throw new MalformedItemException("'" + name + "' is not a DynamoDB value such as {\"S\":\"text\"}");
        }
        Map.Entry<String, JsonNode> only = node.properties().iterator().next();
        try {
            return value(name, only.getKey(), only.getValue());
        } catch (JacksonException | IllegalArgumentException e) {
            throw new MalformedItemException("'" + name + "' is not a valid " + only.getKey());
        }
    }

    private static AttributeValue value(String name, String type, JsonNode content) throws MalformedItemException {
        return switch (type) {
            case "S" -> AttributeValue.fromS(content.stringValue());
            case "N" -> AttributeValue.fromN(number(content.stringValue()));
            case "B" -> AttributeValue.fromB(bytes(content));
            case "SS" ->
                AttributeValue.fromSs(
                        content.valueStream().map(JsonNode::stringValue).toList());
            case "NS" ->
                AttributeValue.fromNs(
                        content.valueStream().map(n -> number(n.stringValue())).toList());
            case "BS" ->
                AttributeValue.fromBs(content.valueStream().map(ItemJson::bytes).toList());
            case "BOOL" -> AttributeValue.fromBool(content.booleanValue());
            case "NULL" -> AttributeValue.fromNul(true);
            case "M" -> AttributeValue.fromM(read(content));
            case "L" -> {
                List<AttributeValue> elements = new ArrayList<>();
                for (JsonNode e : content) {
                    elements.add(value(name, e));
                }
                yield AttributeValue.fromL(elements);
            }
            default -> throw new MalformedItemException("'" + name + "' has the unknown type " + type);
        };
    }

    private static SdkBytes bytes(JsonNode content) {
        return SdkBytes.fromByteArrayUnsafe(Base64.getDecoder().decode(content.stringValue()));
    }

    /** The text itself, after a look that it is a number: {@link BigDecimal} reads what DynamoDB reads. */
    private static String number(String text) {
        var unused = new BigDecimal(text);
        return text;
    }

    /**
     * A key that a user typed, as plain JSON ({@code {"id":"abc","n":7}}) or DynamoDB JSON. Plain values take their type
     * from the schema; plain binary is base64.
     *
     * @throws InvalidSettingsException where the text is no key of this schema
     */
    public static Key readKey(String json, KeySchema schema) {
        try {
            JsonNode node = parse(json);
            List<String> names =
                    schema.attributes().stream().map(KeyAttribute::name).toList();
            if (!node.isObject()
                    || node.size() != names.size()
                    || !names.stream().allMatch(node::has)) {
                throw new MalformedItemException("it must hold exactly the key attributes");
            }
            Map<String, AttributeValue> attributes = new LinkedHashMap<>();
            for (KeyAttribute attribute : schema.attributes()) {
                attributes.put(attribute.name(), keyValue(attribute, node.required(attribute.name())));
            }
            if (!Values.encodableMap(attributes)) {
                throw new MalformedItemException("it holds a lone surrogate, which DynamoDB cannot store");
            }
            return schema.keyOf(attributes);
        } catch (MalformedItemException e) {
            throw new InvalidSettingsException(
                    "read", "key " + oneLine(json), e.getMessage(), "This table's key is " + schema);
        }
    }

    private static AttributeValue keyValue(KeyAttribute attribute, JsonNode node) throws MalformedItemException {
        AttributeValue value = node.isObject() ? value(attribute.name(), node) : plain(attribute, node);
        if (value == null || !value.type().name().equals(attribute.type().name())) {
            throw new MalformedItemException("'" + attribute.name() + "' must be of type " + attribute.type());
        }
        return value;
    }

    private static @Nullable AttributeValue plain(KeyAttribute attribute, JsonNode node) {
        if (attribute.type() == ScalarAttributeType.N && node.isNumber()) {
            return AttributeValue.fromN(node.decimalValue().toString());
        }
        if (attribute.type() == ScalarAttributeType.S && node.isString()) {
            return AttributeValue.fromS(node.stringValue());
        }
        if (attribute.type() == ScalarAttributeType.B && node.isString()) {
            try {
                return AttributeValue.fromB(bytes(node));
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
        return null;
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }
}
