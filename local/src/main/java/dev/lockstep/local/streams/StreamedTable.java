package dev.lockstep.local.streams;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Identity;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/**
 * Items by key, and the table's streams: the live one, and those that were disabled. A write becomes a record only if it changes the item.
 * Not thread-safe: the fake guards it.
 */
final class StreamedTable {
    private static final DateTimeFormatter LABEL =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    /** "The user identity's type is Service and its principal id dynamodb.amazonaws.com" for what TTL deletes. */
    static final Identity TIME_TO_LIVE = Identity.builder()
            .type("Service")
            .principalId("dynamodb.amazonaws.com")
            .build();

    private final String name;
    private final String region;
    private final List<String> keys;
    private final Map<Map<String, AttributeValue>, Map<String, AttributeValue>> items = new java.util.LinkedHashMap<>();
    private final List<TableStream> streams = new ArrayList<>();

    StreamedTable(String name, String region, List<String> keys) {
        this.name = name;
        this.region = region;
        this.keys = List.copyOf(keys);
    }

    String name() {
        return name;
    }

    List<String> keys() {
        return keys;
    }

    Map<Map<String, AttributeValue>, Map<String, AttributeValue>> items() {
        return Collections.unmodifiableMap(new java.util.LinkedHashMap<>(items));
    }

    TableStream enable(StreamViewType view, Instant now, Duration transition, int shards) {
        if (live(now).isPresent()) {
            throw new IllegalStateException("table " + name + " has an enabled stream");
        }
        TableStream stream = new TableStream(arn(), label(now), view, now, transition, shards);
        streams.add(stream);
        return stream;
    }

    private String arn() {
        return "arn:aws:dynamodb:" + region + ":123456789012:table/" + name;
    }

    /** A table never has two streams with one label, however little time lies between. */
    private String label(Instant now) {
        String label = LABEL.format(now);
        return streams.stream().anyMatch(s -> s.label().equals(label)) ? label(now.plusMillis(1)) : label;
    }

    /** The stream that is being enabled or is enabled. */
    Optional<TableStream> live(Instant now) {
        return streams.stream()
                .filter(s -> switch (s.status(now)) {
                    case ENABLING, ENABLED -> true;
                    default -> false;
                })
                .findFirst();
    }

    /** All that can still be read, oldest first. */
    List<TableStream> present(Instant now) {
        return streams.stream().filter(s -> s.present(now)).toList();
    }

    Optional<TableStream> stream(@Nullable String arn, Instant now) {
        return present(now).stream().filter(s -> s.arn().equals(arn)).findFirst();
    }

    /** The item's state is that from now on; whether that changed it. */
    boolean put(Map<String, AttributeValue> item, Instant now) {
        Map<String, AttributeValue> stored = StoredItem.of(item);
        return change(keyOf(stored), stored, null, now);
    }

    boolean delete(Map<String, AttributeValue> key, @Nullable Identity by, Instant now) {
        return change(keyOf(StoredItem.of(key)), null, by, now);
    }

    private Map<String, AttributeValue> keyOf(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> key = new TreeMap<>();
        for (String attribute : keys) {
            AttributeValue value = item.get(attribute);
            if (value == null) {
                throw new IllegalArgumentException("the item lacks the key attribute " + attribute);
            }
            key.put(attribute, value);
        }
        return Collections.unmodifiableMap(key);
    }

    private boolean change(
            Map<String, AttributeValue> key,
            @Nullable Map<String, AttributeValue> after,
            @Nullable Identity by,
            Instant now) {
        Map<String, AttributeValue> before = after == null ? items.remove(key) : items.put(key, after);
        if (java.util.Objects.equals(before, after)) {
            return false;
        }
        live(now)
                .filter(s -> s.status(now) == software.amazon.awssdk.services.dynamodb.model.StreamStatus.ENABLED)
                .ifPresent(s -> append(s, key, before, after, by, now));
        return true;
    }

    private void append(
            TableStream stream,
            Map<String, AttributeValue> key,
            @Nullable Map<String, AttributeValue> before,
            @Nullable Map<String, AttributeValue> after,
            @Nullable Identity by,
            Instant now) {
        ShardLog<Record> shard = stream.log().openFor(partition(key));
        shard.append(
                now,
                sequence -> record(stream, shard.id(), sequence, key, before, after, by, now),
                record -> record.dynamodb().sizeBytes());
    }

    String partition(Map<String, AttributeValue> key) {
        return String.valueOf(key.get(keys.get(0)));
    }

    private Record record(
            TableStream stream,
            String shard,
            String sequence,
            Map<String, AttributeValue> key,
            @Nullable Map<String, AttributeValue> before,
            @Nullable Map<String, AttributeValue> after,
            @Nullable Identity by,
            Instant now) {
        StreamRecord.Builder said = StreamRecord.builder()
                .keys(key)
                .sequenceNumber(sequence)
                .streamViewType(stream.view())
                // "rounded down to the closest second"
                .approximateCreationDateTime(now.truncatedTo(ChronoUnit.SECONDS));
        long size = StoredItem.size(key);
        if (after != null && showsNew(stream.view())) {
            said.newImage(after);
            size += StoredItem.size(after);
        }
        if (before != null && showsOld(stream.view())) {
            said.oldImage(before);
            size += StoredItem.size(before);
        }
        return Record.builder()
                .eventID(HexFormat.of().formatHex(HashRange.md5(stream.arn() + shard + sequence)))
                .eventName(kind(before, after))
                .eventVersion("1.1")
                .eventSource("aws:dynamodb")
                .awsRegion(region)
                .userIdentity(by)
                .dynamodb(said.sizeBytes(size).build())
                .build();
    }

    private static OperationType kind(@Nullable Object before, @Nullable Object after) {
        if (after == null) {
            return OperationType.REMOVE;
        }
        return before == null ? OperationType.INSERT : OperationType.MODIFY;
    }

    private static boolean showsNew(StreamViewType view) {
        return view == StreamViewType.NEW_IMAGE || view == StreamViewType.NEW_AND_OLD_IMAGES;
    }

    private static boolean showsOld(StreamViewType view) {
        return view == StreamViewType.OLD_IMAGE || view == StreamViewType.NEW_AND_OLD_IMAGES;
    }
}
