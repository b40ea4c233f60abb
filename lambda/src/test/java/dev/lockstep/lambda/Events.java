package dev.lockstep.lambda;

import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Events as Lambda hands them to functions, record by record. */
final class Events {
    /** 2026-11-21T12:00:00Z in seconds. */
    static final long NOON = 1_795_262_400;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final String table;

    /** @param table the primary's name */
    Events(String table) {
        this.table = table;
    }

    static String event(JsonNode... records) {
        return Arrays.stream(records).map(JsonNode::toString).collect(Collectors.joining(",", "{\"Records\":[", "]}"));
    }

    static String sequence(long number) {
        return "4000000000000000000000" + String.format("%06d", number);
    }

    /** The item now is {@code image}, or is gone where that is null. */
    ObjectNode change(long sequence, Key key, Item image) {
        ObjectNode record = NODES.objectNode();
        record.put("eventID", "e" + sequence)
                .put("eventName", image == null ? "REMOVE" : "MODIFY")
                .put("eventVersion", "1.1")
                .put("eventSource", "aws:dynamodb")
                .put("awsRegion", "us-east-1");
        ObjectNode said = record.putObject("dynamodb");
        said.put("ApproximateCreationDateTime", NOON + sequence);
        said.set("Keys", ItemJson.node(key.attributes()));
        if (image != null) {
            said.set("NewImage", ItemJson.node(image.attributes()));
        }
        said.put("SequenceNumber", sequence(sequence)).put("SizeBytes", 1).put("StreamViewType", "NEW_AND_OLD_IMAGES");
        record.put(
                "eventSourceARN",
                "arn:aws:dynamodb:us-east-1:000000000000:table/" + table + "/stream/2026-11-21T00:00:00.000");
        return record;
    }

    ObjectNode expiry(long sequence, Key key) {
        ObjectNode record = change(sequence, key, null);
        record.putObject("userIdentity")
                .put("principalId", "dynamodb.amazonaws.com")
                .put("type", "Service");
        return record;
    }

    /** As a KEYS_ONLY stream tells it. */
    ObjectNode keysOnly(long sequence, Key key) {
        ObjectNode record = change(sequence, key, Item.of(key.attributes()));
        ((ObjectNode) record.path("dynamodb"))
                .put("StreamViewType", "KEYS_ONLY")
                .remove("NewImage");
        return record;
    }

    /** A record that no version of the service writes. */
    ObjectNode unreadable(long sequence, Key key) {
        ObjectNode record = change(sequence, key, Item.of(key.attributes()));
        ((ObjectNode) record.path("dynamodb").path("NewImage"))
                .putObject("broken")
                .put("Q", "?");
        return record;
    }

    /** @param time of creation, as the record has it, in milliseconds or microseconds */
    ObjectNode kinesis(long sequence, long time, boolean micros, Key key, Item image) {
        ObjectNode data = NODES.objectNode();
        data.put("awsRegion", "us-east-1")
                .put("eventID", "e" + sequence)
                .put("eventName", image == null ? "REMOVE" : "MODIFY")
                .putNull("userIdentity")
                .put("recordFormat", "application/json")
                .put("tableName", table);
        ObjectNode said = data.putObject("dynamodb").put("ApproximateCreationDateTime", time);
        if (micros) {
            said.put("ApproximateCreationDateTimePrecision", "MICROSECOND");
        }
        said.set("Keys", twice(ItemJson.node(key.attributes())));
        if (image != null) {
            said.set("NewImage", twice(ItemJson.node(image.attributes())));
        }
        data.put("eventSource", "aws:dynamodb");
        return kinesis(sequence, data.toString().getBytes(StandardCharsets.UTF_8));
    }

    static ObjectNode kinesis(long sequence, byte[] data) {
        ObjectNode record = NODES.objectNode();
        record.putObject("kinesis")
                .put("kinesisSchemaVersion", "1.0")
                .put("partitionKey", "p")
                .put("sequenceNumber", sequence(sequence))
                .put("data", Base64.getEncoder().encodeToString(data))
                .put("approximateArrivalTimestamp", 1.795262400123E9);
        record.put("eventSource", "aws:kinesis")
                .put("eventID", "shardId-000000000006:" + sequence(sequence))
                .put("eventSourceARN", "arn:aws:kinesis:us-east-1:000000000000:stream/changes");
        return record;
    }

    /** Binary values there are base64 of base64. */
    private static JsonNode twice(JsonNode attributes) {
        ObjectNode out = NODES.objectNode();
        attributes.properties().forEach(e -> out.set(e.getKey(), valueTwice(e.getValue())));
        return out;
    }

    private static JsonNode valueTwice(JsonNode value) {
        Map.Entry<String, JsonNode> only = value.properties().iterator().next();
        ObjectNode out = NODES.objectNode();
        out.set(
                only.getKey(),
                switch (only.getKey()) {
                    case "B" -> text(only.getValue());
                    case "BS" -> list(only.getValue(), Events::text);
                    case "L" -> list(only.getValue(), Events::valueTwice);
                    case "M" -> twice(only.getValue());
                    default -> only.getValue();
                });
        return out;
    }

    private static ArrayNode list(JsonNode list, java.util.function.UnaryOperator<JsonNode> each) {
        ArrayNode out = NODES.arrayNode();
        list.forEach(e -> out.add(each.apply(e)));
        return out;
    }

    private static JsonNode text(JsonNode base64) {
        byte[] once = base64.asString().getBytes(StandardCharsets.US_ASCII);
        return NODES.stringNode(Base64.getEncoder().encodeToString(once));
    }
}
