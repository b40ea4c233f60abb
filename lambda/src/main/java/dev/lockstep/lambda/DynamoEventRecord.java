package dev.lockstep.lambda;

import dev.lockstep.change.Change;
import dev.lockstep.change.DynamoRecord;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Identity;
import software.amazon.awssdk.services.dynamodb.model.Record;
import tools.jackson.databind.JsonNode;

/** A record of DynamoDB Streams as Lambda hands it out. */
final class DynamoEventRecord implements StreamRecord {
    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

    private final JsonNode node;

    DynamoEventRecord(JsonNode node) {
        this.node = node;
    }

    @Override
    public String sequence() {
        return node.path("dynamodb").path("SequenceNumber").asString("");
    }

    @Override
    public Change read(KeySchema keys) throws MalformedItemException {
        JsonNode said = node.path("dynamodb");
        Instant created = instant(said.path("ApproximateCreationDateTime"));
        Map<String, AttributeValue> key = attributes(said, "Keys");
        Map<String, AttributeValue> image = attributes(said, "NewImage");
        Record record = Record.builder()
                .eventName(node.path("eventName").asString(""))
                .userIdentity(identity(node.path("userIdentity")))
                .dynamodb(d -> d.keys(key)
                        .newImage(image)
                        .approximateCreationDateTime(created)
                        .sequenceNumber(sequence())
                        .streamViewType(said.path("StreamViewType").asString(null)))
                .build();
        return new DynamoRecord(record).read(keys);
    }

    private static @Nullable Map<String, AttributeValue> attributes(JsonNode said, String name)
            throws MalformedItemException {
        JsonNode attributes = said.path(name);
        return attributes.isMissingNode() || attributes.isNull() ? null : ItemJson.read(attributes);
    }

    /** Seconds since 1970, perhaps with a fraction, perhaps as {@code 1.7958e9}. */
    private static Instant instant(JsonNode seconds) throws MalformedItemException {
        if (!seconds.isNumber()) {
            throw new MalformedItemException("a stream record without the time of its creation");
        }
        try {
            BigDecimal exact = seconds.decimalValue();
            BigDecimal whole = exact.setScale(0, RoundingMode.FLOOR);
            return Instant.ofEpochSecond(
                    whole.longValueExact(),
                    exact.subtract(whole).multiply(NANOS).longValue());
        } catch (ArithmeticException | DateTimeException e) {
            throw new MalformedItemException("a stream record whose time is no time");
        }
    }

    private static @Nullable Identity identity(JsonNode who) {
        return who.isObject()
                ? Identity.builder()
                        .type(who.path("type").asString(""))
                        .principalId(who.path("principalId").asString(""))
                        .build()
                : null;
    }

    @Override
    public String json() {
        return node.toString();
    }
}
