package dev.lockstep.lambda;

import dev.lockstep.LockstepException;
import dev.lockstep.change.KinesisRecord;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.lambda.Source.Kind;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.MalformedItemException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What Lambda hands to a function for a stream: a batch of records of one shard, in their order.
 *
 * @param firstKey the key of the first record as it came, for tables that may not be described
 */
record Event(Source source, List<StreamRecord> records, JsonNode firstKey) {

    /** @throws LockstepException where this is no event of a stream, or records could not be told apart in an answer */
    static Event read(byte[] json) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
            JsonNode records = ItemJson.parse(text).path("Records");
            if (!records.isArray() || records.isEmpty()) {
                throw new MalformedItemException("it holds no Records");
            }
            return read(records);
        } catch (CharacterCodingException e) {
            throw malformed("not UTF-8");
        } catch (MalformedItemException e) {
            throw malformed(e.getMessage());
        }
    }

    private static Event read(JsonNode nodes) throws MalformedItemException {
        List<StreamRecord> records = new ArrayList<>();
        String arn = nodes.get(0).path("eventSourceARN").asString("");
        String origin = nodes.get(0).path("eventSource").asString("");
        Optional<JsonNode> first = Optional.empty();
        for (JsonNode node : nodes) {
            if (!arn.equals(node.path("eventSourceARN").asString(""))
                    || !origin.equals(node.path("eventSource").asString(""))) {
                throw new MalformedItemException("its records come from several streams");
            }
            StreamRecord record = record(origin, node);
            if (record.sequence().isEmpty()) {
                throw new MalformedItemException("a record has no sequence number");
            }
            records.add(record);
            Optional<JsonNode> said = said(node, record);
            if (first.isPresent() && said.isPresent() && !sameTable(first.get(), said.get())) {
                throw new MalformedItemException("its records come from several tables; give each its own stream");
            }
            first = first.or(() -> said);
        }
        JsonNode said = first.orElseGet(() -> nodes.get(0));
        return new Event(
                source(origin, arn, said), records, said.path("dynamodb").path("Keys"));
    }

    private static StreamRecord record(String origin, JsonNode node) throws MalformedItemException {
        return switch (origin) {
            case "aws:dynamodb" -> new DynamoEventRecord(node);
            case "aws:kinesis" -> kinesis(node.path("kinesis"));
            default -> throw new MalformedItemException("neither of DynamoDB Streams nor of Kinesis: '" + origin + "'");
        };
    }

    /** Data that is not base64 is no worse than data that is not JSON: the record is unreadable, the event is not. */
    private static StreamRecord kinesis(JsonNode node) {
        byte[] data;
        try {
            data = Base64.getDecoder().decode(node.path("data").asString(""));
        } catch (IllegalArgumentException e) {
            data = new byte[0];
        }
        return new KinesisRecord(data, node.path("sequenceNumber").asString(""));
    }

    /** What a record says of its table; empty where it is unreadable. */
    private static Optional<JsonNode> said(JsonNode node, StreamRecord record) {
        try {
            JsonNode said = record instanceof KinesisRecord ? ItemJson.parse(record.json()) : node;
            return Optional.of(said).filter(s -> s.path("dynamodb").path("Keys").isObject());
        } catch (MalformedItemException e) {
            return Optional.empty();
        }
    }

    /** Only the records of Kinesis name their table: a stream there may be that of several. */
    private static boolean sameTable(JsonNode one, JsonNode other) {
        return one.path("tableName").equals(other.path("tableName"));
    }

    /** A stream of DynamoDB is named after its table; a Kinesis stream is not, its records name it. */
    private static Source source(String origin, String arn, JsonNode said) throws MalformedItemException {
        String[] parts = arn.split(":", 6);
        if (parts.length < 6) {
            throw new MalformedItemException("its eventSourceARN is no ARN");
        }
        boolean kinesis = origin.equals("aws:kinesis");
        String[] resource = parts[5].split("/");
        String table = kinesis ? said.path("tableName").asString("") : resource.length > 1 ? resource[1] : "";
        String region = kinesis ? said.path("awsRegion").asString(parts[3]) : parts[3];
        return new Source(kinesis ? Kind.KINESIS : Kind.DYNAMODB, arn, region, table);
    }

    private static LockstepException malformed(String problem) {
        return new LockstepException(
                "read", "event", problem, "Invoke this function by an event source mapping of a table's stream");
    }
}
