package dev.lockstep.backup;

import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Lines as other tools write them, made here by other code than reads them. */
final class TestLines {
    private TestLines() {}

    static String bare(Item item) {
        return ItemJson.write(item.attributes());
    }

    static String wrapped(Item item) {
        return "{\"Item\":" + bare(item) + "}";
    }

    static String changed(long micros, Item key, Item after, Item before) {
        return "{\"Metadata\":{\"WriteTimestampMicros\":{\"N\":\"" + micros + "\"}},\"Keys\":" + bare(key)
                + (after == null ? "" : ",\"NewImage\":" + bare(after))
                + (before == null ? "" : ",\"OldImage\":" + bare(before)) + "}";
    }

    static String lowerCase(Item item) {
        return lowerCase(item.attributes());
    }

    private static String lowerCase(Map<String, AttributeValue> attributes) {
        return attributes.entrySet().stream()
                .map(e -> quoted(e.getKey()) + ":" + lowerCase(e.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String lowerCase(AttributeValue value) {
        return switch (value.type()) {
            case S -> "{\"s\":" + quoted(value.s()) + "}";
            case N -> "{\"n\":" + quoted(value.n()) + "}";
            case B -> "{\"b\":\"" + base64(value.b()) + "\"}";
            case SS -> "{\"sS\":" + list(value.ss(), TestLines::quoted) + "}";
            case NS -> "{\"nS\":" + list(value.ns(), TestLines::quoted) + "}";
            case BS -> "{\"bS\":" + list(value.bs(), b -> "\"" + base64(b) + "\"") + "}";
            case BOOL -> "{\"bOOL\":" + value.bool() + "}";
            case NUL -> "{\"nULLValue\":true}";
            case L -> "{\"l\":" + list(value.l(), TestLines::lowerCase) + "}";
            case M -> "{\"m\":" + lowerCase(value.m()) + "}";
            default -> throw new IllegalArgumentException();
        };
    }

    static String ion(Item item) {
        return "$ion_1_0 {Item:" + ion(item.attributes()) + "}";
    }

    static String ionChanged(long micros, Item key, Item after) {
        return "$ion_1_0 {Record:{Keys:" + ion(key.attributes()) + ",Metadata:{WriteTimestampMicros:" + micros + ".}"
                + (after == null ? "" : ",NewImage:" + ion(after.attributes())) + "}}";
    }

    private static String ion(Map<String, AttributeValue> attributes) {
        return attributes.entrySet().stream()
                .map(e -> quoted(e.getKey()) + ":" + ion(e.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String ion(AttributeValue value) {
        return switch (value.type()) {
            case S -> quoted(value.s());
            case N -> decimal(value.n());
            case B -> "{{" + base64(value.b()) + "}}";
            case SS -> "$dynamodb_SS::" + list(value.ss(), TestLines::quoted);
            case NS -> "$dynamodb_NS::" + list(value.ns(), TestLines::decimal);
            case BS -> "$dynamodb_BS::" + list(value.bs(), b -> "{{" + base64(b) + "}}");
            case BOOL -> value.bool().toString();
            case NUL -> "null";
            case L -> list(value.l(), TestLines::ion);
            case M -> ion(value.m());
            default -> throw new IllegalArgumentException();
        };
    }

    /** As in AWS's own example: {@code 103.}, {@code 6d2}. */
    private static String decimal(String number) {
        BigDecimal value = new BigDecimal(number).stripTrailingZeros();
        return value.scale() == 0 ? value + "." : value.unscaledValue() + "d" + -value.scale();
    }

    private static <T> String list(List<T> elements, Function<T, String> text) {
        return elements.stream().map(text).collect(Collectors.joining(",", "[", "]"));
    }

    private static String base64(SdkBytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.asByteArray());
    }

    private static String quoted(String text) {
        return tools.jackson.databind.json.JsonMapper.shared().writeValueAsString(text);
    }
}
