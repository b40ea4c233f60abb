package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/** AWS's published rules for item sizes (bytes) and capacity units. Stateless. */
final class CapacityRules {
    private static final int READ_BLOCK = 4096;
    private static final int WRITE_BLOCK = 1024;
    private static final int NESTED = 3;

    private CapacityRules() {}

    /** Units for reading so many bytes at once: 4 KB a unit, at least one, half when eventually consistent. */
    static double readUnits(long bytes, boolean consistent) {
        return blocks(bytes, READ_BLOCK) * (consistent ? 1 : 0.5);
    }

    /** Units for writing an item of so many bytes: 1 KB a unit, at least one. */
    static double writeUnits(long bytes) {
        return blocks(bytes, WRITE_BLOCK);
    }

    /** An item in DynamoDB's JSON: names and values. */
    static long itemSize(JsonNode item) {
        long size = 0;
        for (Map.Entry<String, JsonNode> attribute : item.properties()) {
            size += utf8(attribute.getKey()) + valueSize(attribute.getValue());
        }
        return size;
    }

    private static long valueSize(JsonNode typed) {
        long size = 0;
        for (Map.Entry<String, JsonNode> value : typed.properties()) {
            size += valueSize(value.getKey(), value.getValue());
        }
        return size;
    }

    private static long valueSize(String type, JsonNode value) {
        return switch (type) {
            case "S", "N", "B" -> scalarSize(type, value.asString(""));
            case "SS", "NS", "BS" -> setSize(type.substring(0, 1), value);
            case "BOOL", "NULL" -> 1;
            case "L" -> listSize(value);
            case "M" -> NESTED + value.size() + itemSize(value);
            default -> 0;
        };
    }

    private static long scalarSize(String type, String text) {
        return switch (type) {
            case "S" -> utf8(text);
            case "N" -> numberSize(text);
            default -> base64Size(text);
        };
    }

    private static long setSize(String memberType, JsonNode members) {
        long size = 0;
        for (JsonNode member : members) {
            size += scalarSize(memberType, member.asString(""));
        }
        return size;
    }

    private static long listSize(JsonNode list) {
        long size = NESTED + (long) list.size();
        for (JsonNode element : list) {
            size += valueSize(element);
        }
        return size;
    }

    /** One byte for two significant digits, one more, and one for a minus. */
    static long numberSize(String number) {
        String digits = number.replaceFirst("[eE].*$", "")
                .replaceAll("[^0-9]", "")
                .replaceFirst("^0+", "")
                .replaceFirst("0+$", "");
        boolean negative = number.startsWith("-") && !digits.isEmpty();
        return (digits.length() + 1L) / 2 + 1 + (negative ? 1 : 0);
    }

    private static long base64Size(String text) {
        int padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
        return text.length() * 3L / 4 - padding;
    }

    private static long utf8(String text) {
        return text.getBytes(UTF_8).length;
    }

    private static long blocks(long bytes, int block) {
        return Math.max(1, (bytes + block - 1) / block);
    }
}
