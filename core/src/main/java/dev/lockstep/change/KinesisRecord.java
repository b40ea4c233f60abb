package dev.lockstep.change;

import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A record of Kinesis Data Streams for DynamoDB: a JSON document in which binary values are base64 of base64.
 *
 * <p>Such a stream repeats and reorders records. Changes of one item are ordered by the time of their creation, in
 * microseconds, which is all that a record tells; where two times are equal only the primary knows.
 */
public final class KinesisRecord implements StreamRecord {
    private static final long MICROS_PER_MILLI = 1_000;

    private final byte[] data;
    private final String sequence;

    public KinesisRecord(byte[] data, String sequence) {
        this.data = data;
        this.sequence = sequence;
    }

    @Override
    public String sequence() {
        return sequence;
    }

    @Override
    public Change read(KeySchema keys) throws MalformedItemException {
        JsonNode root = ItemJson.parse(json());
        JsonNode said = root.path("dynamodb");
        if (!said.path("Keys").isObject()) {
            throw new MalformedItemException("not a record of DynamoDB: it has no dynamodb.Keys");
        }
        long micros = micros(said);
        Change unread = new Change(
                StreamKeys.read(attributes(said.path("Keys")), keys),
                Change.Effect.READ,
                null,
                String.format("%020d", micros),
                sequence,
                micros / MICROS_PER_MILLI,
                byTimeToLive(root.path("userIdentity")));
        String kind = root.path("eventName").asString("");
        return switch (kind) {
            case "REMOVE" -> unread.resolved(null);
            case "INSERT", "MODIFY" ->
                said.path("NewImage").isObject() ? unread.resolved(Item.of(attributes(said.path("NewImage")))) : unread;
            default -> throw new MalformedItemException("a record of unknown kind '" + kind + "'");
        };
    }

    private static long micros(JsonNode said) throws MalformedItemException {
        JsonNode time = said.path("ApproximateCreationDateTime");
        if (!time.isIntegralNumber()) {
            throw new MalformedItemException("a record without the time of its creation");
        }
        boolean micros = "MICROSECOND"
                .equals(said.path("ApproximateCreationDateTimePrecision").asString(""));
        return micros ? time.longValue() : Math.multiplyExact(time.longValue(), MICROS_PER_MILLI);
    }

    private static boolean byTimeToLive(JsonNode who) {
        return "Service".equals(who.path("type").asString(""))
                && "dynamodb.amazonaws.com".equals(who.path("principalId").asString(""));
    }

    private static Map<String, AttributeValue> attributes(JsonNode node) throws MalformedItemException {
        return ItemJson.read(once(node));
    }

    /** The same attributes with binary values encoded once, as everywhere else. */
    private static JsonNode once(JsonNode attributes) throws MalformedItemException {
        ObjectNode decoded = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> e : attributes.properties()) {
            decoded.set(e.getKey(), valueOnce(e.getValue()));
        }
        return decoded;
    }

    private static JsonNode valueOnce(JsonNode value) throws MalformedItemException {
        if (!value.isObject() || value.size() != 1) {
            return value;
        }
        ObjectNode decoded = JsonNodeFactory.instance.objectNode();
        Map.Entry<String, JsonNode> only = value.properties().iterator().next();
        JsonNode content = only.getValue();
        decoded.set(
                only.getKey(),
                switch (only.getKey()) {
                    case "B" -> binaryOnce(content);
                    case "BS" -> elements(content, KinesisRecord::binaryOnce);
                    case "L" -> elements(content, KinesisRecord::valueOnce);
                    case "M" -> content.isObject() ? once(content) : content;
                    default -> content;
                });
        return decoded;
    }

    private interface Step {
        JsonNode of(JsonNode node) throws MalformedItemException;
    }

    private static JsonNode elements(JsonNode array, Step step) throws MalformedItemException {
        ArrayNode decoded = JsonNodeFactory.instance.arrayNode();
        for (JsonNode e : array) {
            decoded.add(step.of(e));
        }
        return decoded;
    }

    private static JsonNode binaryOnce(JsonNode text) throws MalformedItemException {
        try {
            byte[] inner = Base64.getDecoder().decode(text.asString(""));
            return JsonNodeFactory.instance.stringNode(new String(inner, StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            throw new MalformedItemException("a binary value that is not base64");
        }
    }

    @Override
    public String json() {
        return new String(data, StandardCharsets.UTF_8);
    }
}
