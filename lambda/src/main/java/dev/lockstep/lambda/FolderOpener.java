package dev.lockstep.lambda;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.backup.ChangeLogWriter;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.lambda.Opened.Target;
import dev.lockstep.lambda.Source.Kind;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.replicate.FolderDestination;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import tools.jackson.databind.JsonNode;

/** Opens the folders of a table: in each folder that was named, the one of the table's name. */
final class FolderOpener implements Opened.Opener {
    private final Settings settings;
    private final Tables tables;
    /** Never used: folders get one change at a time. */
    private final Pool pool = Pool.unbounded("write");

    FolderOpener(Settings settings, Tables tables) {
        this.settings = settings;
        this.tables = tables;
    }

    @Override
    public void prepare() {
        settings.primary().ifPresent(ref -> tables.open(ref, Optional.empty()));
        tables.clients().connectToS3();
    }

    @Override
    public Opened open(Event event) {
        Source source = event.source();
        if (source.table().isEmpty()) {
            return Opened.nothing();
        }
        Optional<DynamoTable> primary = tables.primary(settings.primary(), source);
        List<Target> targets = settings.folders().stream()
                .map(folder -> target(folder, source.table()))
                .toList();
        KeySchema keys = primary.map(DynamoTable::keys).orElseGet(() -> keys(event));
        return new Opened(
                keys,
                primary.map(table -> tables.patient(table, RetryingTable.Listener.NONE)),
                targets,
                settings.changeLog() ? logs(source, primary, keys) : List.of(),
                source.kind() == Kind.KINESIS);
    }

    private List<ChangeLogWriter> logs(Source source, Optional<DynamoTable> primary, KeySchema keys) {
        if (source.kind() == Kind.KINESIS) {
            throw new InvalidSettingsException(
                    "open",
                    "BackupChangeLog",
                    "a Kinesis stream repeats and reorders records: no change log can be kept from it",
                    "Follow the table's own stream, or leave it out");
        }
        List<ChangeLogWriter> logs = settings.folders().stream()
                .map(folder -> log(folder, source, primary, keys))
                .toList();
        logs.forEach(ChangeLogWriter::listedLambda);
        return logs;
    }

    private ChangeLogWriter log(ObjectRef folder, Source source, Optional<DynamoTable> primary, KeySchema keys) {
        return new ChangeLogWriter(
                RetryingObjects.over(
                        tables.clients().bucket(folder.bucket()), Tables.UNTIL_STOPPED, RetryingTable.Listener.NONE),
                folder,
                source.table(),
                source.arn().replaceFirst("/stream/.*", ""),
                primary.map(DynamoTable::id).orElse(""),
                source.arn(),
                keys,
                Duration.ZERO,
                line -> {});
    }

    private Target target(ObjectRef folder, String table) {
        Pauses pauses = new Pauses();
        RetryingObjects bucket =
                RetryingObjects.over(tables.clients().bucket(folder.bucket()), Tables.UNTIL_STOPPED, pauses);
        return new Target(new FolderDestination(new ItemFolder(bucket, folder.folder(table), pool), pool), 1, pauses);
    }

    /** The order of a key's two attributes, which an object's name depends on, is not in the stream. */
    private KeySchema keys(Event event) {
        try {
            return tables.open(event.source().tableRef(), Optional.empty()).keys();
        } catch (LockstepException e) {
            if (e.retryable()) {
                throw e;
            }
            return only(event.firstKey()).orElseThrow(() -> orderUnknown(event.source(), e));
        }
    }

    /** A key of one attribute has one order. */
    private static Optional<KeySchema> only(JsonNode key) {
        if (key.size() != 1) {
            return Optional.empty();
        }
        Map.Entry<String, JsonNode> attribute = key.properties().iterator().next();
        String type = attribute.getValue().size() == 1
                ? attribute.getValue().propertyNames().iterator().next()
                : "";
        return Optional.of(new KeySchema(
                new KeyAttribute(attribute.getKey(), ScalarAttributeType.fromValue(type)), Optional.empty()));
    }

    private static LockstepException orderUnknown(Source source, LockstepException e) {
        return new LockstepException(
                "open",
                source.tableRef().text(),
                "its items' keys have two attributes, and which of them is the partition key is not known: "
                        + e.problem(),
                "Allow this function dynamodb:DescribeTable on the table, or name it in LOCKSTEP_PRIMARY");
    }
}
