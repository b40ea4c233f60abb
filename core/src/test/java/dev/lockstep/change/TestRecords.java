package dev.lockstep.change;

import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.Identity;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** Stream records in few words. */
public final class TestRecords {
    public static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private TestRecords() {}

    /** The item now is {@code image}, or is gone where that is null. */
    public static DynamoRecord change(long sequence, Key key, @Nullable Item image) {
        return new DynamoRecord(record(sequence, key, image).build());
    }

    public static Record.Builder record(long sequence, Key key, @Nullable Item image) {
        return Record.builder()
                .eventName(image == null ? OperationType.REMOVE : OperationType.MODIFY)
                .dynamodb(d -> d.keys(key.attributes())
                        .newImage(image == null ? null : image.attributes())
                        .sequenceNumber("100000000000000000" + String.format("%09d", sequence))
                        .approximateCreationDateTime(NOON.plusSeconds(sequence))
                        .streamViewType(StreamViewType.NEW_AND_OLD_IMAGES));
    }

    /** A delete by TTL. */
    public static DynamoRecord expiry(long sequence, Key key) {
        return new DynamoRecord(record(sequence, key, null)
                .userIdentity(Identity.builder()
                        .type("Service")
                        .principalId("dynamodb.amazonaws.com")
                        .build())
                .build());
    }

    /** As a KEYS_ONLY stream tells it. */
    public static DynamoRecord keysOnly(long sequence, Key key) {
        return new DynamoRecord(Record.builder()
                .eventName(OperationType.MODIFY)
                .dynamodb(d -> d.keys(key.attributes())
                        .sequenceNumber("" + sequence)
                        .approximateCreationDateTime(NOON)
                        .streamViewType(StreamViewType.KEYS_ONLY))
                .build());
    }
}
