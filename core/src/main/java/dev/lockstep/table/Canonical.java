package dev.lockstep.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The same bytes for values that are equal as {@link Values} has it, other bytes for others: what can be hashed. */
final class Canonical {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private Canonical() {}

    static byte[] of(Map<String, AttributeValue> attributes) {
        Canonical canonical = new Canonical();
        canonical.map(attributes);
        return canonical.bytes.toByteArray();
    }

    private void map(Map<String, AttributeValue> attributes) {
        count(attributes.size());
        new TreeMap<>(attributes).forEach((name, value) -> {
            content(name.getBytes(UTF_8));
            value(value);
        });
    }

    private void value(AttributeValue value) {
        bytes.write(value.type().ordinal());
        switch (value.type()) {
            case S -> content(value.s().getBytes(UTF_8));
            case N -> content(number(value.n()));
            case B -> content(value.b().asByteArrayUnsafe());
            case SS -> set(value.ss(), text -> text.getBytes(UTF_8));
            case NS -> set(value.ns(), Canonical::number);
            case BS -> set(value.bs(), SdkBytes::asByteArrayUnsafe);
            case L -> {
                count(value.l().size());
                value.l().forEach(this::value);
            }
            case M -> map(value.m());
            case BOOL -> bytes.write(value.bool() ? 1 : 0);
            case NUL -> {
                // The type says it all.
            }
            case UNKNOWN_TO_SDK_VERSION -> throw new IllegalStateException("an unknown DynamoDB type");
        }
    }

    private static byte[] number(String text) {
        return Values.number(text).toString().getBytes(UTF_8);
    }

    private <T> void set(List<T> elements, Function<T, byte[]> form) {
        count(elements.size());
        elements.stream().map(form).sorted(Arrays::compareUnsigned).forEach(this::content);
    }

    private void content(byte[] content) {
        count(content.length);
        bytes.writeBytes(content);
    }

    private void count(int count) {
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(count).array());
    }
}
