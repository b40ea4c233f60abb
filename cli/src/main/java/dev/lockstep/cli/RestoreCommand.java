package dev.lockstep.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.backup.Source;
import dev.lockstep.capacity.Estimate;
import dev.lockstep.capacity.Usage;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.CheckpointStore;
import dev.lockstep.checkpoint.Job;
import dev.lockstep.cli.Estimates.Destination;
import dev.lockstep.objects.Digest;
import dev.lockstep.restore.Restore;
import dev.lockstep.restore.RestoreSettings;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.PacedTable;
import dev.lockstep.table.TableDocument;
import dev.lockstep.table.TableRef;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep restore}. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Brings the items of SOURCE back into TABLE. All of SOURCE is read and proved before anything is written.",
            "SOURCE is a backup of ours, an export of DynamoDB's to S3 (full, or with incremental ones), a backup or snapshot of"
                    + " mapbox/dynamodb-replicator, a file of 'dyno export', an export of EMR or Data Pipeline, a folder of"
                    + " items; or, with --at, a prefix that holds full backups and a change log. In S3, or downloaded.",
            "In a table that is in use each item is set only if it still is what was read, so nothing that somebody writes"
                    + " meanwhile is replaced unseen."
        },
        footerHeading = "%nExit status:%n",
        footer = "  0  done    1  some items could not be restored    2  wrong command line, nothing was written"
                + "    3  stopped by a failure    130  interrupted")
final class RestoreCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "SOURCE", description = "s3://bucket/prefix, or a folder or file here.")
    String source = "";

    @Parameters(index = "1", paramLabel = "TABLE", description = "The table to write: region/table, an ARN, ...")
    String table = "";

    @Option(names = "--key", paramLabel = "JSON", description = "Only the item of this key. Repeatable.")
    List<String> only = new ArrayList<>();

    @Option(
            names = "--create",
            description = "Make the table if it is not there, as the source describes it: keys, indexes, billing mode,"
                    + " stream, TTL, tags.")
    boolean create;

    @Option(names = "--overwrite", description = "Replace items that the table holds and the source has too.")
    boolean overwrite;

    @Option(
            names = "--delete-extra",
            description = "Make the table equal to the source: replace, and delete what the source does not have.")
    boolean deleteExtra;

    @Option(names = "--dry-run", description = "Prove the source, and count what would change; write nothing.")
    boolean dryRun;

    @Option(
            names = "--undo-log",
            paramLabel = "FILE",
            description = "Keep what is replaced or deleted, for 'lockstep undo'.")
    @Nullable
    Path undoLog;

    @Mixin
    CommonOptions.Files files = new CommonOptions.Files();

    @Mixin
    CheckpointOption checkpoint = new CheckpointOption();

    @Mixin
    FoundSource.Options finding = new FoundSource.Options();

    @Mixin
    EstimateOptions estimates = new EstimateOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        TableRef ref = TableRef.parse(table);
        Console console = Console.of(spec, common);
        try (Connections connections = Connections.of(common)) {
            Optional<CheckpointStore> store = estimates.only
                    ? Optional.empty()
                    : checkpoint.store(connections, finding.buckets.endpoint(), common);
            try {
                return restore(connections, ref, console, store);
            } finally {
                store.ifPresent(CheckpointStore::close);
            }
        }
    }

    private int restore(Connections connections, TableRef ref, Console console, Optional<CheckpointStore> store) {
        Optional<DynamoTable> there = connections.replica().find(ref);
        if (there.isEmpty()) {
            CheckpointOption.requireNone(store, ref);
        }
        if (there.isEmpty() && !create) {
            throw new InvalidSettingsException(
                    "restore",
                    ref.text(),
                    "there is no such table",
                    "Say --create to make it as the source describes it");
        }
        Optional<Checkpoint> saved =
                there.flatMap(to -> store.map(opened -> CheckpointOption.open(opened, job(to), console)));
        try (ConsoleProgress progress = console.progress(there.map(List::of).orElse(List.of()))) {
            if (saved.flatMap(Checkpoint::finished).isPresent()) {
                DynamoTable to = there.orElseThrow();
                return print(
                        console,
                        progress,
                        Restore.finished(saved.get()),
                        source + " (" + Restore.formatOf(saved.get()) + ")",
                        to.name(),
                        Map.of(to.name(), to.usage()),
                        System.nanoTime(),
                        Optional.empty());
            }
            Optional<Source> one = there.flatMap(to -> item(connections, to));
            if (one.isPresent()) {
                return restore(connections, ref, there, one.get(), progress, console, store, saved);
            }
            try (FoundSource found = finding.find(
                    connections, source, there.map(DynamoTable::keys), Optional.of(ref.table()), common, progress)) {
                found.notes().forEach(note -> console.err().println("lockstep: " + note));
                return restore(connections, ref, there, found.source(), progress, console, store, saved);
            }
        } finally {
            saved.ifPresent(Checkpoint::close);
        }
    }

    /** What decides what becomes of which items. */
    private Job job(DynamoTable to) {
        SortedMap<String, String> parameters = new TreeMap<>();
        parameters.put("source", source);
        parameters.put(
                "keys",
                only.isEmpty()
                        ? "all"
                        : "SHA-256 " + Digest.SHA256.hexOf(only.toString().getBytes(UTF_8)));
        parameters.put("overwrite", "" + overwrite);
        parameters.put("delete extra", "" + deleteExtra);
        parameters.put("dry run", "" + dryRun);
        parameters.put("undo log", undoLog == null ? "" : undoLog.toString());
        parameters.put("at", finding.at == null ? "" : finding.at.toString());
        parameters.put("source table", finding.table == null ? "" : finding.table);
        return new Job("restore", Map.of("table", to), to.keys(), parameters);
    }

    /** One item of a folder of items needs no reading of the whole folder. */
    private Optional<Source> item(Connections connections, DynamoTable to) {
        if (only.size() != 1) {
            return Optional.empty();
        }
        Key key = ItemJson.readKey(only.get(0), to.keys());
        return finding.item(connections, source, to.description().tableName(), key, common);
    }

    private int restore(
            Connections connections,
            TableRef ref,
            Optional<DynamoTable> there,
            Source from,
            ConsoleProgress progress,
            Console console,
            Optional<CheckpointStore> store,
            Optional<Checkpoint> before) {
        long began = System.nanoTime();
        KeySchema keys =
                there.map(DynamoTable::keys).orElseGet(() -> model(from).keys());
        Destination planned = there.map(to -> Destination.of(to, common.budget))
                .orElseGet(
                        () -> Destination.missing(ref, from.name(), model(from).description(), common.budget));
        try (Restore restore = Restore.prove(from, keys, settings(keys), progress)) {
            Estimate estimate = Estimates.restore(planned, there, restore.weight());
            if (estimates.only) {
                progress.close();
                return estimates.print(console, estimate);
            }
            if (there.isEmpty() && dryRun) {
                return print(
                        console,
                        progress,
                        restore.intoNothing(),
                        described(from),
                        ref.text(),
                        Map.of(),
                        began,
                        Optional.of(estimate));
            }
            DynamoTable to = there.orElseGet(() -> made(connections, ref, from, console));
            PacedTable paced = common.budget.writing(to);
            Optional<Checkpoint> begun =
                    there.isPresent() ? Optional.empty() : store.map(s -> CheckpointOption.open(s, job(to), console));
            try {
                Optional<Checkpoint> saved = before.or(() -> begun);
                Restore.Result result = saved.isPresent() ? restore.into(paced, saved.get()) : restore.into(paced);
                return print(
                        console,
                        progress,
                        result,
                        described(from),
                        to.name(),
                        Map.of(to.name(), to.usage()),
                        began,
                        Optional.of(estimate));
            } finally {
                begun.ifPresent(Checkpoint::close);
            }
        }
    }

    private static String described(Source from) {
        return from.name() + " (" + from.format() + ")";
    }

    /** What a table that is not there is made like. */
    private static TableDocument model(Source from) {
        return from.table()
                .orElseThrow(() -> new InvalidSettingsException(
                        "restore",
                        from.name(),
                        "it does not tell what its table was like",
                        "Create the table, then restore into it"));
    }

    private static DynamoTable made(Connections connections, TableRef ref, Source from, Console console) {
        console.err().println("lockstep: creating " + ref + " as " + from.name() + " describes it");
        connections.replica().create(model(from), ref);
        return connections.replica().open(ref);
    }

    private RestoreSettings settings(KeySchema keys) {
        Set<Key> wanted = new LinkedHashSet<>();
        only.forEach(key -> wanted.add(ItemJson.readKey(key, keys)));
        return new RestoreSettings(
                wanted,
                overwrite,
                deleteExtra,
                dryRun,
                Optional.ofNullable(undoLog),
                files.atOnce(),
                FoundSource.temporary(),
                common.retry());
    }

    private int print(
            Console console,
            ConsoleProgress progress,
            Restore.Result result,
            String from,
            String to,
            Map<String, Usage> usage,
            long began,
            Optional<Estimate> estimate) {
        progress.close();
        long elapsed = System.nanoTime() - began;
        Written written =
                new Written(result.read(), result.written(), result.deleted(), result.skipped(), result.failed());
        ObjectNode json = written.json(usage, elapsed);
        long items = result.written() + result.skipped();
        estimate.ifPresent(e -> estimates.addTo(json, e, items, usage.values()));
        console.print(
                json,
                () -> text(result, from, to, usage, elapsed)
                        + estimate.map(e -> estimates.compared(e, items, usage.values()))
                                .orElse(""));
        return result.failed() == 0 ? 0 : 1;
    }

    private String text(Restore.Result result, String from, String to, Map<String, Usage> usage, long elapsed) {
        return String.format(
                        Locale.ROOT,
                        "%s: %,d read from %s, all whole%n%s %s: %,d written, %,d deleted, %,d already right, %,d failed%n",
                        dryRun ? "dry run" : "restored",
                        result.read(),
                        from,
                        dryRun ? "would change in" : "into",
                        to,
                        result.written(),
                        result.deleted(),
                        result.skipped(),
                        result.failed())
                + DiffText.costs(usage, Duration.ofNanos(elapsed)).stripTrailing();
    }
}
