package dev.lockstep.local.streams;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What Kinesis Data Streams for DynamoDB writes for a change: one JSON document. Both images always; binary values are base64 of base64;
 * the time is in milliseconds, or in microseconds and then the document says so. It has no sequence number.
 */
final class KinesisDocument {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private KinesisDocument() {}

    static byte[] of(Modification change, String table, String region, Instant at, boolean micros) {
        ObjectNode root = JSON.objectNode();
        root.put("awsRegion", region)
                .put("eventID", UUID.randomUUID().toString())
                .put("eventName", change.kind().toString());
        var by = change.by();
        if (by == null) {
            root.putNull("userIdentity");
        } else {
            root.putObject("userIdentity").put("principalId", by.principalId()).put("type", by.type());
        }
        root.put("recordFormat", "application/json").put("tableName", table);
        root.set("dynamodb", said(change, at, micros));
        root.put("eventSource", "aws:dynamodb");
        return root.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode said(Modification change, Instant at, boolean micros) {
        ObjectNode said = JSON.objectNode();
        said.put(
                "ApproximateCreationDateTime",
                (micros ? ChronoUnit.MICROS : ChronoUnit.MILLIS).between(Instant.EPOCH, at));
        said.set("Keys", attributes(change.key()));
        long size = StoredItem.size(change.key());
        Map<String, AttributeValue> after = change.after();
        if (after != null) {
            said.set("NewImage", attributes(after));
            size += StoredItem.size(after);
        }
        Map<String, AttributeValue> before = change.before();
        if (before != null) {
            said.set("OldImage", attributes(before));
            size += StoredItem.size(before);
        }
        said.put("SizeBytes", size);
        if (micros) {
            said.put("ApproximateCreationDateTimePrecision", "MICROSECOND");
        }
        return said;
    }

    private static ObjectNode attributes(Map<String, AttributeValue> attributes) {
        ObjectNode node = JSON.objectNode();
        attributes.forEach((name, value) -> node.set(name, value(value)));
        return node;
    }

    private static ObjectNode value(AttributeValue value) {
        ObjectNode node = JSON.objectNode();
        switch (value.type()) {
            case S -> node.put("S", value.s());
            case N -> node.put("N", value.n());
            case B -> node.put("B", twice(value.b()));
            case BOOL -> node.put("BOOL", value.bool());
            case NUL -> node.put("NULL", true);
            case SS -> node.set("SS", texts(value.ss()));
            case NS -> node.set("NS", texts(value.ns()));
            case BS ->
                node.set(
                        "BS",
                        texts(value.bs().stream().map(KinesisDocument::twice).toList()));
            case M -> node.set("M", attributes(value.m()));
            case L -> {
                ArrayNode list = node.putArray("L");
                value.l().forEach(v -> list.add(value(v)));
            }
            default -> throw new IllegalArgumentException("an attribute value of no type");
        }
        return node;
    }

    private static ArrayNode texts(List<String> texts) {
        ArrayNode array = JSON.arrayNode();
        texts.forEach(array::add);
        return array;
    }

    private static String twice(SdkBytes bytes) {
        Base64.Encoder base64 = Base64.getEncoder();
        return base64.encodeToString(base64.encode(bytes.asByteArrayUnsafe()));
    }
}
