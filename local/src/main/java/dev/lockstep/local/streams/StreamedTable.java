package dev.lockstep.local.streams;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/**
 * A table's items and its streams: the live one, and those that were disabled. Not thread-safe: the fake guards it.
 */
final class StreamedTable {
    private static final DateTimeFormatter LABEL =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    private final String name;
    private final String region;
    private final ItemStore items;
    private final List<TableStream> streams = new ArrayList<>();

    StreamedTable(String name, String region, ItemStore items) {
        this.name = name;
        this.region = region;
        this.items = items;
    }

    String name() {
        return name;
    }

    List<String> keys() {
        return items.keys();
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

    /** Adds the record of a write, unless no stream is enabled. */
    void append(Modification change, Instant now) {
        live(now).filter(s -> s.status(now) == StreamStatus.ENABLED).ifPresent(stream -> {
            ShardLog<Record> shard = stream.log().openFor(items.partition(change.key()));
            shard.append(
                    now,
                    sequence -> record(stream, shard.id(), sequence, change, now),
                    record -> record.dynamodb().sizeBytes());
        });
    }

    private Record record(TableStream stream, String shard, String sequence, Modification change, Instant now) {
        StreamRecord.Builder said = StreamRecord.builder()
                .keys(change.key())
                .sequenceNumber(sequence)
                .streamViewType(stream.view())
                // "rounded down to the closest second"
                .approximateCreationDateTime(now.truncatedTo(ChronoUnit.SECONDS));
        long size = StoredItem.size(change.key());
        Map<String, AttributeValue> after = change.after();
        if (after != null && showsNew(stream.view())) {
            said.newImage(after);
            size += StoredItem.size(after);
        }
        Map<String, AttributeValue> before = change.before();
        if (before != null && showsOld(stream.view())) {
            said.oldImage(before);
            size += StoredItem.size(before);
        }
        return Record.builder()
                .eventID(HexFormat.of().formatHex(HashRange.md5(stream.arn() + shard + sequence)))
                .eventName(change.kind())
                .eventVersion("1.1")
                .eventSource("aws:dynamodb")
                .awsRegion(region)
                .userIdentity(change.by())
                .dynamodb(said.sizeBytes(size).build())
                .build();
    }

    private static boolean showsNew(StreamViewType view) {
        return view == StreamViewType.NEW_IMAGE || view == StreamViewType.NEW_AND_OLD_IMAGES;
    }

    private static boolean showsOld(StreamViewType view) {
        return view == StreamViewType.OLD_IMAGE || view == StreamViewType.NEW_AND_OLD_IMAGES;
    }
}
