package dev.lockstep.table;

import dev.lockstep.InvalidSettingsException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** DynamoDB JSON ({@code {"id":{"S":"x"},"n":{"N":"1"}}}, binary as base64) and items, exactly, both ways. */
public final class ItemJson {
    /** DynamoDB's limit of an attribute name's length, in bytes. */
    private static final int MAX_NAME = 65_535;

    /** A number's text is never so long, in whatever form; longer ones take very long to read. */
    private static final int MAX_NUMBER_TEXT = 512;

    private static final int MAX_DIGITS = 38;
    private static final int MIN_EXPONENT = -130;
    private static final int MAX_EXPONENT = 125;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNameLength(MAX_NAME)
                            .build())
                    .build())
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

    /** Writes an item as {@link #node} has it, without making one of it first. */
    public static void write(Map<String, AttributeValue> attributes, JsonGenerator to) {
        to.writeStartObject();
        attributes.forEach((name, value) -> {
            to.writeName(name);
            write(value, to);
        });
        to.writeEndObject();
    }

    private static void write(AttributeValue value, JsonGenerator to) {
        to.writeStartObject();
        to.writeName(
                value.type() == AttributeValue.Type.NUL ? "NULL" : value.type().name());
        switch (value.type()) {
            case S -> to.writeString(value.s());
            case N -> to.writeString(value.n());
            case B -> to.writeBinary(value.b().asByteArrayUnsafe());
            case SS -> array(value.ss(), to, to::writeString);
            case NS -> array(value.ns(), to, to::writeString);
            case BS -> array(value.bs(), to, b -> to.writeBinary(b.asByteArrayUnsafe()));
            case L -> array(value.l(), to, element -> write(element, to));
            case M -> write(value.m(), to);
            case BOOL -> to.writeBoolean(value.bool());
            case NUL -> to.writeBoolean(true);
            case UNKNOWN_TO_SDK_VERSION -> throw new IllegalStateException("an unknown DynamoDB type");
        }
        to.writeEndObject();
    }

    private static <T> void array(List<T> elements, JsonGenerator to, Consumer<T> each) {
        to.writeStartArray();
        elements.forEach(each);
        to.writeEndArray();
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
            TokenStreamLocation at = e.getLocation();
            throw new MalformedItemException(
                    at == null ? "not JSON" : "not JSON at line " + at.getLineNr() + ", column " + at.getColumnNr());
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
        JsonNode content = only.getValue();
        return switch (only.getKey()) {
            case "S" -> AttributeValue.fromS(text(name, content));
            case "N" -> AttributeValue.fromN(number(name, content));
            case "B" -> AttributeValue.fromB(bytes(name, content));
            case "SS" -> AttributeValue.fromSs(set(name, content, ItemJson::text));
            case "NS" -> AttributeValue.fromNs(set(name, content, ItemJson::number));
            case "BS" -> AttributeValue.fromBs(set(name, content, ItemJson::bytes));
            case "BOOL" ->
                AttributeValue.fromBool(
                        require(content.isBoolean(), name, content).booleanValue());
            case "NULL" -> {
                require(content.isBoolean() && content.booleanValue(), name, content);
                yield AttributeValue.fromNul(true);
            }
            case "M" -> AttributeValue.fromM(read(content));
            case "L" -> AttributeValue.fromL(elements(name, content, ItemJson::value));
            default -> throw new MalformedItemException("'" + name + "' has the unknown type " + only.getKey());
        };
    }

    /** Reads one value of one kind; the name is for the message of a failure. */
    private interface Reader<T> {
        T read(String name, JsonNode node) throws MalformedItemException;
    }

    private static <T> List<T> elements(String name, JsonNode node, Reader<T> reader) throws MalformedItemException {
        require(node.isArray(), name, node);
        List<T> elements = new ArrayList<>();
        for (JsonNode e : node) {
            elements.add(reader.read(name, e));
        }
        return elements;
    }

    private static <T> List<T> set(String name, JsonNode node, Reader<T> reader) throws MalformedItemException {
        List<T> elements = elements(name, node, reader);
        require(!elements.isEmpty() && new HashSet<>(elements).size() == elements.size(), name, node);
        return elements;
    }

    private static JsonNode require(boolean holds, String name, JsonNode node) throws MalformedItemException {
        if (!holds) {
            throw new MalformedItemException("'" + name + "' does not hold what its type says");
        }
        return node;
    }

    private static String text(String name, JsonNode node) throws MalformedItemException {
        return require(node.isString(), name, node).stringValue();
    }

    /** The text itself, after a look that it is a number as DynamoDB has them: 38 digits, 1E-130 to 9.99E+125. */
    private static String number(String name, JsonNode node) throws MalformedItemException {
        String text = text(name, node);
        require(text.length() <= MAX_NUMBER_TEXT, name, node);
        try {
            BigDecimal number = new BigDecimal(text).stripTrailingZeros();
            long exponent = (long) number.precision() - number.scale() - 1;
            boolean stored = number.precision() <= MAX_DIGITS && exponent >= MIN_EXPONENT && exponent <= MAX_EXPONENT;
            require(stored || number.signum() == 0, name, node);
            return text;
        } catch (ArithmeticException | NumberFormatException e) {
            throw new MalformedItemException("'" + name + "' is not a number");
        }
    }

    private static SdkBytes bytes(String name, JsonNode node) throws MalformedItemException {
        try {
            return SdkBytes.fromByteArrayUnsafe(Base64.getDecoder().decode(text(name, node)));
        } catch (IllegalArgumentException e) {
            throw new MalformedItemException("'" + name + "' is not base64");
        }
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

    private static @Nullable AttributeValue plain(KeyAttribute attribute, JsonNode node) throws MalformedItemException {
        if (attribute.type() == ScalarAttributeType.N && node.isNumber()) {
            return AttributeValue.fromN(number(attribute.name(), NODES.stringNode(node.asString())));
        }
        if (attribute.type() == ScalarAttributeType.S && node.isString()) {
            return AttributeValue.fromS(node.stringValue());
        }
        if (attribute.type() == ScalarAttributeType.B && node.isString()) {
            return AttributeValue.fromB(bytes(attribute.name(), node));
        }
        return null;
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }
}
