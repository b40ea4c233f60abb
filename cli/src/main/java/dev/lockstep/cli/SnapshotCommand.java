package dev.lockstep.cli;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.backup.BackupResult;
import dev.lockstep.backup.Merged;
import dev.lockstep.backup.ReadSettings;
import dev.lockstep.backup.Snapshot;
import dev.lockstep.backup.Source;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.table.KeySchema;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep snapshot}. */
@Command(
        name = "snapshot",
        mixinStandardHelpOptions = true,
        description = {
            "Makes one file of SOURCE, each item once: a gzip object of bare lines of DynamoDB JSON, as"
                    + " mapbox/dynamodb-replicator's incremental-snapshot. All of SOURCE is proved before anything is written.",
            "SOURCE is a folder of items, as 'lockstep copy' and 'lockstep replicate' write it, or anything else that 'lockstep"
                    + " restore' takes; with --at, a prefix that holds full backups and a change log."
        },
        footerHeading = "%nExit status:%n",
        footer =
                "  0  done    2  wrong command line, nothing was written    3  stopped by a failure, or the source is damaged;"
                        + " no object was made    130  interrupted")
final class SnapshotCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "SOURCE", description = "s3://bucket/prefix, or a folder or file here.")
    String source = "";

    @Parameters(index = "1", paramLabel = "OBJECT", description = "The object to write: s3://bucket/key.")
    String object = "";

    @Option(names = "--overwrite", description = "Replace the object if it is there.")
    boolean overwrite;

    @Mixin
    CommonOptions.Files files = new CommonOptions.Files();

    @Option(
            names = "--metrics",
            paramLabel = "NAMESPACE",
            description = "Publish BackupErrors, BackupSize and BackupRecordCount to CloudWatch, by TableName: that of"
                    + " --source-table, or the last part of SOURCE. Or all at once: REGION/NAMESPACE/TABLE.")
    @Nullable
    String metrics;

    @Mixin
    FoundSource.Options finding = new FoundSource.Options();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        ObjectRef to = target();
        Console console = Console.of(spec, common);
        try (Connections connections = Connections.of(common);
                ConsoleProgress progress = console.progress(List.of())) {
            RetryingObjects bucket = RetryingObjects.over(
                    connections.replica().bucket(to, finding.buckets.endpoint()), common.retry(), progress);
            requireFree(bucket, to);
            BackupMetrics published =
                    metrics == null ? BackupMetrics.NONE : BackupMetrics.at(connections, metrics, table());
            try {
                published.done(snapshot(connections, bucket, to, progress, console), progress);
            } catch (InvalidSettingsException | CancelledException e) {
                throw e;
            } catch (RuntimeException e) {
                published.failed(progress);
                throw e;
            }
            return 0;
        }
    }

    private BackupResult snapshot(
            Connections connections, ObjectStore bucket, ObjectRef to, ConsoleProgress progress, Console console) {
        try (FoundSource found =
                finding.find(connections, source, Optional.empty(), Optional.empty(), common, progress)) {
            found.notes().forEach(note -> console.err().println("lockstep: " + note));
            return snapshot(found, bucket, to, progress, console);
        }
    }

    /** As mapbox's users name it; a folder of items is named as its table. */
    private String table() {
        String named = finding.table == null ? source.replaceAll("/+$", "") : finding.table;
        return named.substring(named.lastIndexOf('/') + 1);
    }

    private ObjectRef target() {
        ObjectRef to = ObjectRef.parse(object);
        if (to.prefix().isEmpty()) {
            throw new InvalidSettingsException("write", object, "it names a bucket, not an object", "s3://bucket/key");
        }
        if (ObjectRef.isMeantBy(source)) {
            ObjectRef from = ObjectRef.parse(source);
            if ((to.text() + "/").startsWith(from.text() + "/")) {
                throw new InvalidSettingsException(
                        "write", to.text(), "it would become a part of the source " + from, "Choose a place beside it");
            }
        }
        return to;
    }

    /** Known before everything is read, and looked at again when it is written. */
    private void requireFree(ObjectStore bucket, ObjectRef to) {
        try (Stream<ObjectStore.Entry> there = bucket.list(to.prefix())) {
            if (!overwrite
                    && there.findFirst()
                            .filter(entry -> entry.key().equals(to.prefix()))
                            .isPresent()) {
                throw new InvalidSettingsException(
                        "write",
                        to.text(),
                        "there is such an object already",
                        "Choose another name, or say --overwrite");
            }
        }
    }

    private BackupResult snapshot(
            FoundSource found, ObjectStore bucket, ObjectRef to, ConsoleProgress progress, Console console) {
        long began = System.nanoTime();
        Source from = found.source();
        KeySchema keys = found.opened()
                .keys()
                .orElseThrow(() -> new InvalidSettingsException(
                        "read",
                        from.name(),
                        "nothing tells what the key of its items is",
                        "Restore it into a table instead"));
        ReadSettings reading = new ReadSettings(files.atOnce(), FoundSource.temporary());
        try (Snapshot snapshot = new Snapshot(bucket, to.prefix(), overwrite)) {
            write(from, keys, reading, snapshot, progress);
            BackupResult result = snapshot.commit();
            progress.close();
            Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
            console.print(json(result, elapsed), () -> text(result, from, elapsed));
            return result;
        }
    }

    /** Nothing is there before the commit, so a source without anything to merge may be written while it is proved. */
    private static void write(
            Source from, KeySchema keys, ReadSettings reading, Snapshot snapshot, ConsoleProgress progress) {
        if (from.once()) {
            Merged.handOn(from, keys, reading, snapshot::taker, progress);
            return;
        }
        try (Merged merged = Merged.prove(from, keys, key -> true, reading, progress)) {
            progress.expecting(merged.states());
            merged.each(snapshot::taker);
        }
    }

    private static ObjectNode json(BackupResult result, Duration elapsed) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("items", result.items())
                .put("bytes", result.bytes())
                .put("location", result.location())
                .put("files", result.files())
                .put("elapsedMillis", elapsed.toMillis());
    }

    private static String text(BackupResult result, Source from, Duration elapsed) {
        return String.format(
                Locale.ROOT,
                "%,d items of %s (%s), all whole, in %,d bytes at %s, in %.1f s",
                result.items(),
                from.name(),
                from.format(),
                result.bytes(),
                result.location(),
                elapsed.toMillis() / 1000.0);
    }
}
