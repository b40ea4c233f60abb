package dev.lockstep.table;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What DynamoDB takes two values to be: numbers equal by value (38 digits, never through a double), sets without order,
 * lists with it, binary by bytes, NULL not the same as absent. Also their sizes by DynamoDB's rule.
 */
final class Values {
    private Values() {}

    static boolean equal(AttributeValue a, AttributeValue b) {
        if (a.type() != b.type()) {
            return false;
        }
        return switch (a.type()) {
            case N -> equalNumbers(a.n(), b.n());
            case NS -> a.ns().size() == b.ns().size() && numbers(a.ns()).equals(numbers(b.ns()));
            case SS -> equalSets(a.ss(), b.ss());
            case BS -> equalSets(a.bs(), b.bs());
            case M -> equalMaps(a.m(), b.m());
            case L -> equalLists(a.l(), b.l());
            case S -> a.s().equals(b.s());
            case B -> a.b().equals(b.b());
            case BOOL -> a.bool().equals(b.bool());
            case NUL -> true;
            case UNKNOWN_TO_SDK_VERSION -> throw unknown();
        };
    }

    static boolean equalMaps(Map<String, AttributeValue> a, Map<String, AttributeValue> b) {
        return a.size() == b.size()
                && a.entrySet().stream().allMatch(e -> {
                    AttributeValue other = b.get(e.getKey());
                    return other != null && equal(e.getValue(), other);
                });
    }

    private static boolean equalLists(List<AttributeValue> a, List<AttributeValue> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static <T> boolean equalSets(List<T> a, List<T> b) {
        return a.size() == b.size() && (a.equals(b) || new HashSet<>(a).equals(new HashSet<>(b)));
    }

    private static boolean equalNumbers(String a, String b) {
        return a.equals(b) || new BigDecimal(a).compareTo(new BigDecimal(b)) == 0;
    }

    private static Set<BigDecimal> numbers(List<String> texts) {
        return texts.stream().map(Values::number).collect(Collectors.toSet());
    }

    /** One form a value: equal numbers give equal results, whatever their spelling. */
    static BigDecimal number(String text) {
        return new BigDecimal(text).stripTrailingZeros();
    }

    static int hash(AttributeValue value) {
        int content = switch (value.type()) {
            case N -> number(value.n()).hashCode();
            case NS -> numbers(value.ns()).hashCode();
            case SS -> new HashSet<>(value.ss()).hashCode();
            case BS -> new HashSet<>(value.bs()).hashCode();
            case M -> hashMap(value.m());
            case L -> value.l().stream().mapToInt(Values::hash).reduce(1, (h, e) -> 31 * h + e);
            case S -> value.s().hashCode();
            case B -> value.b().hashCode();
            case BOOL -> value.bool().hashCode();
            case NUL -> 0;
            case UNKNOWN_TO_SDK_VERSION -> throw unknown();
        };
        return 31 * content + value.type().ordinal();
    }

    static int hashMap(Map<String, AttributeValue> map) {
        return map.entrySet().stream()
                .mapToInt(e -> e.getKey().hashCode() ^ 31 * hash(e.getValue()))
                .sum();
    }

    /** Bytes that DynamoDB counts for the value. */
    static long size(AttributeValue value) {
        return switch (value.type()) {
            case N -> numberSize(value.n());
            case NS -> value.ns().stream().mapToLong(Values::numberSize).sum();
            case S -> utf8(value.s());
            case SS -> value.ss().stream().mapToLong(Values::utf8).sum();
            case B -> value.b().asByteArrayUnsafe().length;
            case BS ->
                value.bs().stream().mapToLong(b -> b.asByteArrayUnsafe().length).sum();
            case BOOL, NUL -> 1;
            case L -> 3 + value.l().stream().mapToLong(e -> 1 + size(e)).sum();
            case M -> 3 + value.m().size() + sizeOfMap(value.m());
            case UNKNOWN_TO_SDK_VERSION -> throw unknown();
        };
    }

    static long sizeOfMap(Map<String, AttributeValue> map) {
        return map.entrySet().stream()
                .mapToLong(e -> utf8(e.getKey()) + size(e.getValue()))
                .sum();
    }

    private static long numberSize(String text) {
        BigDecimal number = number(text);
        if (number.signum() == 0) {
            return 1;
        }
        // Two digits a byte, in pairs that begin at the decimal point.
        int digits = number.precision() + Math.floorMod(number.scale(), 2);
        return (digits + 1) / 2 + 1 + (number.signum() < 0 ? 1 : 0);
    }

    private static long utf8(String text) {
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                return text.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return bytes;
    }

    /** About how many bytes of heap the decoded value holds; an estimate for bounding memory, not an exact figure. */
    static long heap(AttributeValue value) {
        return VALUE
                + switch (value.type()) {
                    case S -> text(value.s());
                    case N -> text(value.n());
                    case B -> bytes(value.b());
                    case SS -> heapOf(value.ss(), Values::text);
                    case NS -> heapOf(value.ns(), Values::text);
                    case BS -> heapOf(value.bs(), Values::bytes);
                    case L -> heapOf(value.l(), Values::heap);
                    case M -> heapOfMap(value.m());
                    case BOOL, NUL -> 0;
                    case UNKNOWN_TO_SDK_VERSION -> throw unknown();
                };
    }

    static long heapOfMap(Map<String, AttributeValue> map) {
        return COLLECTION
                + map.entrySet().stream()
                        .mapToLong(e -> ENTRY + text(e.getKey()) + heap(e.getValue()))
                        .sum();
    }

    private static <T> long heapOf(Collection<T> elements, Function<T, Long> heap) {
        return COLLECTION
                + elements.stream().mapToLong(e -> REFERENCE + heap.apply(e)).sum();
    }

    private static long text(String text) {
        return OBJECT + text.length();
    }

    private static long bytes(SdkBytes bytes) {
        return OBJECT + bytes.asByteArrayUnsafe().length;
    }

    private static final long VALUE = 72;
    private static final long OBJECT = 48;
    private static final long COLLECTION = 80;
    private static final long ENTRY = 56;
    private static final long REFERENCE = 8;

    /** Whether every string can be carried as UTF-8; a lone surrogate cannot (the SDK would store {@code ?} for it). */
    static boolean encodable(AttributeValue value) {
        return switch (value.type()) {
            case S -> encodable(value.s());
            case SS -> value.ss().stream().allMatch(Values::encodable);
            case L -> value.l().stream().allMatch(Values::encodable);
            case M -> encodableMap(value.m());
            case N, NS, B, BS, BOOL, NUL -> true;
            case UNKNOWN_TO_SDK_VERSION -> throw unknown();
        };
    }

    static boolean encodableMap(Map<String, AttributeValue> map) {
        return map.entrySet().stream().allMatch(e -> encodable(e.getKey()) && encodable(e.getValue()));
    }

    static boolean encodable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean pair = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private static IllegalStateException unknown() {
        return new IllegalStateException("a DynamoDB type that this version of the SDK does not know");
    }
}
