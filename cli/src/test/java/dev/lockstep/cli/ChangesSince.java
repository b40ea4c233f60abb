package dev.lockstep.cli;

import dev.lockstep.backup.ChangeLogWriter;
import dev.lockstep.backup.ShardLog;
import dev.lockstep.backup.ShardStart;
import dev.lockstep.change.DynamoRecord;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.local.LocalS3;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.S3Objects;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** A change log beside a full backup, as 'replicate' writes it: item 0 changed and item 5 deleted, and later item 1 changed. */
final class ChangesSince {
    private static final String TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/";
    private static final KeySchema KEYS =
            new KeySchema(new KeyAttribute("id", ScalarAttributeType.S), Optional.empty());

    private ChangesSince() {}

    /** A time between the two. */
    static Instant write(LocalS3 s3, String folder, String table) {
        Instant first = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(2);
        ObjectRef prefix = ObjectRef.parse(folder);
        ChangeLogWriter writer = new ChangeLogWriter(
                new S3Objects(s3.client(), prefix.bucket()),
                prefix,
                table,
                TABLE + table,
                "",
                TABLE + table + "/stream/2020-01-01T00:00:00.000",
                KEYS,
                Duration.ZERO,
                line -> {});
        ShardLog log = writer.open(
                "shardId-1", new ShardStart(Optional.empty(), Optional.empty(), true, first.minusSeconds(60)));
        log.append(List.of(
                record(1, first, Server.item(0, "changed", 100), false),
                record(2, first, Server.item(5, "", 1), true),
                record(3, first.plusSeconds(5), Server.item(1, "later", 100), false),
                record(4, first.plusSeconds(9), Server.item(2, "last", 100), false)));
        return first.plusSeconds(2);
    }

    /** What the table is then, by what it was when it was backed up. */
    static Map<String, Map<String, AttributeValue>> applied(Map<String, Map<String, AttributeValue>> backedUp) {
        Map<String, Map<String, AttributeValue>> then = new HashMap<>(backedUp);
        Map<String, AttributeValue> changed = Server.item(0, "changed", 100);
        then.replaceAll((id, item) -> item.get("id").equals(changed.get("id")) ? changed : item);
        then.values()
                .removeIf(item -> item.get("id").equals(Server.item(5, "", 1).get("id")));
        return then;
    }

    private static StreamRecord record(int number, Instant at, Map<String, AttributeValue> item, boolean deleted) {
        @Nullable Map<String, AttributeValue> image = deleted ? null : item;
        return new DynamoRecord(Record.builder()
                .eventName(deleted ? OperationType.REMOVE : OperationType.MODIFY)
                .dynamodb(d -> d.keys(Map.of("id", item.get("id")))
                        .newImage(image)
                        .sequenceNumber("10000000000000000000" + number)
                        .approximateCreationDateTime(at)
                        .streamViewType(StreamViewType.NEW_AND_OLD_IMAGES))
                .build());
    }
}
