package dev.lockstep.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What a table holds: a hash for each key, over the item in a form that equal items share. Written apart from Lockstep's
 * own comparison on purpose: it checks that.
 *
 * @param hashes by key
 */
record Contents(Map<String, String> hashes) {
    /** For a page without a limit, DynamoDB Local reads all the rest of the table. */
    private static final int PAGE = 1_000;

    private static final int SEGMENTS = 4;

    /** What those items are by themselves, in no table. */
    static Contents of(Stream<Map<String, AttributeValue>> items) {
        return new Contents(items.collect(Collectors.toMap(Contents::keyText, Contents::hash)));
    }

    /** Reads the whole table, strongly. */
    static Contents read(DynamoDbClient client) {
        return of(IntStream.range(0, SEGMENTS)
                .parallel()
                .boxed()
                .flatMap(segment -> client
                        .scanPaginator(r -> r.tableName(Orders.TABLE)
                                .consistentRead(true)
                                .limit(PAGE)
                                .segment(segment)
                                .totalSegments(SEGMENTS))
                        .items()
                        .stream()));
    }

    /** How many keys have another item, or one on one side only. */
    long differencesFrom(Contents other) {
        TreeSet<String> keys = new TreeSet<>(hashes.keySet());
        keys.addAll(other.hashes.keySet());
        return keys.stream()
                .filter(key -> !hashes.getOrDefault(key, "").equals(other.hashes.getOrDefault(key, "")))
                .count();
    }

    /** These contents after some items have gone and others have been written. */
    Contents after(Contents gone, Contents written) {
        Map<String, String> after = new HashMap<>(hashes);
        after.keySet().removeAll(gone.hashes.keySet());
        after.putAll(written.hashes);
        return new Contents(after);
    }

    private static String keyText(Map<String, AttributeValue> item) {
        return text(Value.map(Orders.keyOf(item)));
    }

    private static String hash(Map<String, AttributeValue> item) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(text(Value.map(item)).getBytes(UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String text(AttributeValue value) {
        return switch (value.type()) {
            case S -> string(value.s());
            case N -> number(value.n());
            case B -> bytes(value.b());
            case SS -> "SS" + set(value.ss().stream().map(Contents::string).toList());
            case NS -> "NS" + set(value.ns().stream().map(Contents::number).toList());
            case BS -> "BS" + set(value.bs().stream().map(Contents::bytes).toList());
            case L -> "L" + value.l().stream().map(Contents::text).toList();
            case M -> "M" + map(value.m());
            case BOOL -> "BOOL " + value.bool();
            case NUL -> "NULL";
            case UNKNOWN_TO_SDK_VERSION -> throw new IllegalStateException("an unknown DynamoDB type");
        };
    }

    /** With its length before it, so that no text can look like another value. */
    private static String string(String text) {
        return "S" + text.length() + ":" + text;
    }

    private static String number(String digits) {
        return "N" + new BigDecimal(digits).stripTrailingZeros();
    }

    private static String bytes(SdkBytes bytes) {
        return "B" + Base64.getEncoder().encodeToString(bytes.asByteArray());
    }

    private static TreeSet<String> set(List<String> members) {
        return new TreeSet<>(members);
    }

    private static TreeMap<String, String> map(Map<String, AttributeValue> members) {
        TreeMap<String, String> texts = new TreeMap<>();
        members.forEach((name, value) -> texts.put(string(name), text(value)));
        return texts;
    }
}
