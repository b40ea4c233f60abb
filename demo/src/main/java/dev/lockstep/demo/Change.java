package dev.lockstep.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * One small change of an order, in one attribute.
 *
 * @param what for people
 * @param attribute the name that a comparison must report
 */
record Change(String what, String attribute, Edit edit) {
    /** The value after the change; null where the attribute goes. */
    interface Edit {
        @Nullable
        AttributeValue of(AttributeValue before);
    }

    /** One of each kind that a careless comparison overlooks. */
    static final List<Change> ALL = List.of(
            new Change("only the 38th digit of a number", "exchange_rate", v -> Value.number(otherLastDigit(v.n()))),
            new Change("one quantity, two levels down", "lines", Change::otherQuantity),
            new Change("one byte of a binary", "signature", v -> Value.bytes(otherByte(v.b().asByteArray()))),
            new Change("one byte in a binary set", "documents", Change::otherDocument),
            new Change("one member of a string set less", "tags", v -> Value.strings(v.ss().subList(1, v.ss().size()))),
            new Change("one member of a number set more", "ratings", v -> Value.numbers(more(v.ns(), "3.25"))),
            new Change("a list in another order", "history", v -> Value.list(reversed(v.l()))),
            new Change("true for false", "gift", v -> Value.yes(!v.bool())),
            new Change("an empty string for NULL", "coupon", v -> v.s() == null ? Value.string("") : Value.nothing()),
            new Change("a string for a number", "total", v -> Value.string(v.n())),
            new Change("an attribute less", "note", v -> null));

    /** A changed copy. */
    Map<String, AttributeValue> applyTo(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> copy = new LinkedHashMap<>(item);
        copy.computeIfPresent(attribute, (name, value) -> edit.of(value));
        return copy;
    }

    /** The same order, its sets written in another order: no difference at all. */
    static Map<String, AttributeValue> rewritten(Map<String, AttributeValue> item) {
        UnaryOperator<AttributeValue> turned = v -> v.hasSs()
                ? Value.strings(reversed(v.ss()))
                : v.hasNs() ? Value.numbers(reversed(v.ns())) : v.hasBs() ? AttributeValue.fromBs(reversed(v.bs())) : v;
        Map<String, AttributeValue> copy = new LinkedHashMap<>(item);
        copy.replaceAll((name, value) -> turned.apply(value));
        return copy;
    }

    private static String otherLastDigit(String number) {
        int last = number.charAt(number.length() - 1) - '0';
        return number.substring(0, number.length() - 1) + (last % 9 + 1);
    }

    private static AttributeValue otherQuantity(AttributeValue lines) {
        Map<String, AttributeValue> first = new LinkedHashMap<>(lines.l().get(0).m());
        first.computeIfPresent("quantity", (name, quantity) -> Value.number(Integer.parseInt(quantity.n()) + 1L));
        List<AttributeValue> changed = new ArrayList<>(lines.l());
        changed.set(0, Value.map(first));
        return Value.list(changed);
    }

    private static AttributeValue otherDocument(AttributeValue documents) {
        byte[] first = documents.bs().get(0).asByteArray();
        byte[] second = documents.bs().get(1).asByteArray();
        return Value.blobs(otherByte(first), second);
    }

    private static byte[] otherByte(byte[] bytes) {
        bytes[bytes.length / 2] ^= 1;
        return bytes;
    }

    private static <T> List<T> more(List<T> members, T another) {
        List<T> more = new ArrayList<>(members);
        more.add(another);
        return more;
    }

    private static <T> List<T> reversed(List<T> list) {
        List<T> reversed = new ArrayList<>(list);
        Collections.reverse(reversed);
        return reversed;
    }
}
