package dev.lockstep.change;

import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Identity;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A record of DynamoDB Streams, read directly, by KCL or by Lambda.
 *
 * <p>Changes of one item are ordered by sequence number, which is compared as a number: it is padded to 40 digits.
 */
public final class DynamoRecord implements StreamRecord {
    private static final int MAX_DIGITS = 40;

    private final Record record;

    public DynamoRecord(Record record) {
        this.record = record;
    }

    @Override
    public String sequence() {
        return record.dynamodb() == null
                ? ""
                : Optional.ofNullable(record.dynamodb().sequenceNumber()).orElse("");
    }

    @Override
    public Change read(KeySchema keys) throws MalformedItemException {
        var said = record.dynamodb();
        if (said == null || !said.hasKeys()) {
            throw new MalformedItemException("a stream record without the item's key");
        }
        Instant created =
                Optional.ofNullable(said.approximateCreationDateTime()).orElse(Instant.EPOCH);
        Change unread = new Change(
                StreamKeys.read(said.keys(), keys),
                Change.Effect.READ,
                null,
                order(sequence()),
                sequence(),
                created.toEpochMilli(),
                byTimeToLive(record.userIdentity()));
        if (record.eventName() == OperationType.REMOVE) {
            return unread.resolved(null);
        }
        if (record.eventName() == OperationType.UNKNOWN_TO_SDK_VERSION || record.eventName() == null) {
            throw new MalformedItemException("a stream record of unknown kind " + record.eventNameAsString());
        }
        return said.hasNewImage() ? unread.resolved(Item.of(said.newImage())) : requireView(unread);
    }

    /** A view that promises the new image and does not give it is no view that we know. */
    private Change requireView(Change unread) throws MalformedItemException {
        StreamViewType view = record.dynamodb().streamViewType();
        if (view == StreamViewType.NEW_IMAGE || view == StreamViewType.NEW_AND_OLD_IMAGES) {
            throw new MalformedItemException("a stream record of an insert or change without the new image");
        }
        return unread;
    }

    private static boolean byTimeToLive(@Nullable Identity who) {
        return who != null && "Service".equals(who.type()) && "dynamodb.amazonaws.com".equals(who.principalId());
    }

    private static String order(String sequence) throws MalformedItemException {
        if (!sequence.matches("\\d{1," + MAX_DIGITS + "}")) {
            throw new MalformedItemException("a stream record whose sequence number is no number");
        }
        return "0".repeat(MAX_DIGITS - sequence.length()) + sequence;
    }

    @Override
    public String json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("eventName", record.eventNameAsString());
        if (record.userIdentity() != null) {
            json.putObject("userIdentity")
                    .put("type", record.userIdentity().type())
                    .put("principalId", record.userIdentity().principalId());
        }
        var said = record.dynamodb();
        if (said != null) {
            ObjectNode inner = json.putObject("dynamodb");
            if (said.approximateCreationDateTime() != null) {
                inner.put(
                        "ApproximateCreationDateTime",
                        said.approximateCreationDateTime().getEpochSecond());
            }
            image(inner, "Keys", said.hasKeys(), said.keys());
            image(inner, "NewImage", said.hasNewImage(), said.newImage());
            image(inner, "OldImage", said.hasOldImage(), said.oldImage());
            inner.put("SequenceNumber", said.sequenceNumber()).put("StreamViewType", said.streamViewTypeAsString());
        }
        return json.toString();
    }

    private static void image(ObjectNode json, String name, boolean there, Map<String, AttributeValue> attributes) {
        if (there) {
            json.set(name, ItemJson.node(attributes));
        }
    }
}
