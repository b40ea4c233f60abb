package dev.lockstep.backup;

import dev.lockstep.change.Change;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One record in a change log, a line in the form of AWS's incremental export with some more metadata.
 *
 * <pre>{@code
 * {"Metadata":{"WriteTimestampMicros":{"N":"…"},"SequenceNumber":"…","Order":"…","Expired":true},"Keys":{…},"NewImage":{…}}
 * {"Metadata":{"SequenceNumber":"…"},"Unreadable":"why"}
 * }</pre>
 *
 * @param sequence padded
 * @param micros when it was made, as the stream tells; whole seconds
 * @param image null where the item was deleted
 * @param unreadable why nobody can tell what the record said; then there is only its sequence number
 */
record LogEntry(
        String sequence,
        long micros,
        String order,
        boolean expired,
        Map<String, AttributeValue> key,
        @Nullable Item image,
        Optional<String> unreadable) {
    static final Comparator<LogEntry> BY_SEQUENCE = Comparator.comparing(LogEntry::sequence);

    private static final long MICROS_PER_MILLI = 1_000;

    /** What a record says; one that cannot be carried exactly becomes an entry that says so. */
    static LogEntry of(StreamRecord record, KeySchema keys) {
        String sequence = LogFileName.padded(record.sequence());
        try {
            Change change = record.read(keys);
            Item image = change.image();
            if (change.effect() == Change.Effect.READ) {
                return unreadable(sequence, "the record does not hold the item");
            }
            if (!(image == null ? Item.of(change.key().attributes()) : image).encodable()) {
                return unreadable(sequence, "it holds a string with a lone surrogate, which cannot be stored exactly");
            }
            return new LogEntry(
                    sequence,
                    change.createdMillis() * MICROS_PER_MILLI,
                    change.order(),
                    change.expired(),
                    change.key().attributes(),
                    image,
                    Optional.empty());
        } catch (MalformedItemException e) {
            return unreadable(sequence, String.valueOf(e.getMessage()));
        }
    }

    private static LogEntry unreadable(String sequence, String why) {
        return new LogEntry(sequence, 0, "", false, Map.of(), null, Optional.of(why));
    }

    long seconds() {
        return Math.floorDiv(micros, 1_000_000L);
    }

    String line() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = json.putObject("Metadata");
        if (unreadable.isPresent()) {
            metadata.put("SequenceNumber", LogFileName.plain(sequence));
            return json.put("Unreadable", unreadable.get()).toString();
        }
        metadata.putObject("WriteTimestampMicros").put("N", Long.toString(micros));
        metadata.put("SequenceNumber", LogFileName.plain(sequence)).put("Order", order);
        if (expired) {
            metadata.put("Expired", true);
        }
        json.set("Keys", ItemJson.node(key));
        if (image != null) {
            json.set("NewImage", ItemJson.node(image.attributes()));
        }
        return json.toString();
    }

    static LogEntry read(String line) throws MalformedItemException {
        JsonNode json = ItemJson.parse(line);
        JsonNode metadata = json.path("Metadata");
        String plain = metadata.path("SequenceNumber").asString("");
        if (!plain.matches("\\d{1,40}")) {
            throw new MalformedItemException("a record without its sequence number");
        }
        String sequence = LogFileName.padded(plain);
        if (json.path("Unreadable").isString()) {
            return unreadable(sequence, json.path("Unreadable").stringValue());
        }
        String micros = metadata.path("WriteTimestampMicros").path("N").asString("");
        String order = metadata.path("Order").asString("");
        if (!micros.matches("\\d{1,18}") || order.isEmpty()) {
            throw new MalformedItemException("a record without its time or order");
        }
        JsonNode image = json.path("NewImage");
        return new LogEntry(
                sequence,
                Long.parseLong(micros),
                order,
                metadata.path("Expired").asBoolean(false),
                ItemJson.read(json.path("Keys")),
                image.isMissingNode() ? null : Item.of(ItemJson.read(image)),
                Optional.empty());
    }
}
