package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.capacity.Estimate;
import dev.lockstep.capacity.Usage;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.CheckpointStore;
import dev.lockstep.checkpoint.Job;
import dev.lockstep.cli.Estimates.Destination;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.replicate.Copy;
import dev.lockstep.replicate.CopyCheckpoint;
import dev.lockstep.replicate.CopySettings;
import dev.lockstep.replicate.FolderCleanup;
import dev.lockstep.replicate.FolderDestination;
import dev.lockstep.replicate.SavedCopy;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.PacedTable;
import dev.lockstep.table.Table;
import dev.lockstep.table.TableRef;
import dev.lockstep.table.View;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep copy}. */
@Command(
        name = "copy",
        mixinStandardHelpOptions = true,
        description = {
            "Copies every item of PRIMARY into each DESTINATION. Writes without conditions, so a table or folder that holds"
                    + " items is refused.",
            "Into s3://bucket/prefix goes a folder with the table's name, one object an item: an incremental backup in"
                    + " mapbox/dynamodb-replicator's format.",
            "For a replica that is in use say 'lockstep diff --repair'."
        },
        footerHeading = "%nExit status:%n",
        footer =
                "  0  done    2  wrong command line, nothing was written    3  stopped by a failure    130  interrupted")
final class CopyCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "PRIMARY", description = "The table to read: region/table, an ARN, ...")
    String primary = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "DESTINATION",
            description = "The tables to write, or s3://bucket/prefix.")
    List<String> destinations = new ArrayList<>();

    @Option(names = "--overwrite", description = "Write into a table or folder that holds items.")
    boolean overwrite;

    @Option(
            names = "--delete-extra",
            description =
                    "Into a folder, which may hold objects: afterwards look at each of its objects, and leave exactly"
                            + " the table's items, each under one name.")
    boolean deleteExtra;

    @Option(
            names = "--create",
            description = "Make a destination that is not there: keys, indexes, billing mode, stream, TTL, tags.")
    boolean create;

    @Option(names = "--dry-run", description = "Read and count; write nothing.")
    boolean dryRun;

    @Mixin
    CheckpointOption checkpoint = new CheckpointOption();

    @Mixin
    CommonOptions.Scanning scanning = new CommonOptions.Scanning();

    @Mixin
    CommonOptions.Buckets buckets = new CommonOptions.Buckets();

    @Mixin
    Plugin.Choice plugin = new Plugin.Choice();

    @Mixin
    EstimateOptions estimates = new EstimateOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        TableRef primaryRef = TableRef.parse(primary);
        List<ObjectRef> folders = destinations.stream()
                .filter(ObjectRef::isMeantBy)
                .map(ObjectRef::parse)
                .toList();
        List<TableRef> refs = tables().map(TableRef::parse).toList();
        requireFoldersForDeleteExtra(refs);
        CopySettings settings = new CopySettings(
                scanning.total(), scanning.only(), scanning.parallel, overwrite || deleteExtra, dryRun, common.retry());
        if (plugin.made() && !folders.isEmpty()) {
            throw new InvalidSettingsException(
                    "copy", folders.get(0).text(), "a folder is a backup of the table as it is", "Leave --plugin out");
        }
        try (Plugin own = plugin.open();
                Connections connections = Connections.of(common)) {
            DynamoTable from = connections.open(primaryRef);
            PacedTable reads = common.budget.reading(from);
            List<Target> targets =
                    refs.stream().map(ref -> target(connections, from, ref)).toList();
            Estimate estimate = Estimates.copy(
                    reads, targets.stream().map(Target::planned).toList(), scanning.fraction(), !overwrite);
            if (estimates.only) {
                return estimates.print(Console.of(spec, common), estimate);
            }
            Optional<CheckpointStore> store = checkpoint.store(connections, buckets.endpoint(), common);
            try {
                List<DynamoTable> to = made(connections, from, targets, store);
                return copy(connections, from, reads, own.view(), to, folders, settings, estimate, store);
            } finally {
                store.ifPresent(CheckpointStore::close);
            }
        }
    }

    /** What decides which items go where. */
    private Job job(DynamoTable from, List<DynamoTable> to, List<ObjectRef> folders) {
        Map<String, Table> tables = new LinkedHashMap<>();
        tables.put("primary", from);
        to.forEach(t -> tables.put("destination " + tables.size(), t));
        SortedMap<String, String> parameters = new TreeMap<>();
        parameters.put("folders", folders.stream().map(ObjectRef::text).collect(Collectors.joining(" ")));
        parameters.put("dry run", "" + dryRun);
        plugin.describe(parameters);
        scanning.describe(parameters);
        return new Job("copy", tables, from.keys(), parameters);
    }

    private void requireFoldersForDeleteExtra(List<TableRef> tables) {
        if (deleteExtra && (dryRun || scanning.segment != null || !tables.isEmpty())) {
            throw new InvalidSettingsException(
                    "check",
                    "--delete-extra",
                    "it is for a whole copy into folders",
                    "For a replica table say lockstep diff --repair");
        }
    }

    private Stream<String> tables() {
        return destinations.stream().filter(text -> !ObjectRef.isMeantBy(text));
    }

    /** A destination, with what it will cost; whatever is wrong with it is told before any table is made. */
    private record Target(TableRef ref, Optional<DynamoTable> there, Destination planned) {}

    private Target target(Connections connections, DynamoTable from, TableRef ref) {
        Optional<DynamoTable> there = create
                ? connections.replica().find(ref)
                : Optional.of(connections.replica().open(ref));
        if (there.isEmpty() && dryRun && !estimates.only) {
            throw new InvalidSettingsException(
                    "copy",
                    ref.text(),
                    "there is no such table, and --dry-run makes none",
                    "Say --estimate for what the copy would take");
        }
        Destination planned = there.map(table -> Destination.of(table, common.budget))
                .orElseGet(() -> Destination.missing(ref, from.name(), from.description(), common.budget));
        return new Target(ref, there, planned);
    }

    private List<DynamoTable> made(
            Connections connections, DynamoTable from, List<Target> targets, Optional<CheckpointStore> store) {
        return targets.stream()
                .map(target -> target.there().orElseGet(() -> made(connections, from, target.ref(), store)))
                .toList();
    }

    private DynamoTable made(Connections connections, DynamoTable from, TableRef ref, Optional<CheckpointStore> store) {
        CheckpointOption.requireNone(store, ref);
        Console.of(spec, common).err().println("lockstep: creating " + ref + " like " + from.name());
        connections.replica().createLike(from, ref);
        return connections.replica().open(ref);
    }

    private int copy(
            Connections connections,
            DynamoTable from,
            PacedTable reads,
            View view,
            List<DynamoTable> to,
            List<ObjectRef> folderRefs,
            CopySettings settings,
            Estimate estimate,
            Optional<CheckpointStore> store) {
        Console console = Console.of(spec, common);
        Map<String, Usage> usage = new LinkedHashMap<>();
        usage.put(from.name(), from.usage());
        to.forEach(t -> usage.put(t.name(), t.usage()));
        List<PacedTable> writes = common.budget.writing(to);
        Optional<Checkpoint> saved = store.map(s -> CheckpointOption.open(s, job(from, to, folderRefs), console));
        long began = System.nanoTime();
        List<DynamoTable> all = new ArrayList<>(to);
        all.add(0, from);
        try (ConsoleProgress progress = console.progress(all);
                Pool calls = Pool.of("objects", ItemFolder.MAX_CALLS)) {
            List<FolderDestination> folders = folderRefs.stream()
                    .map(ref -> folder(connections, ref, from, calls, progress))
                    .toList();
            CopyCheckpoint positions = saved.<CopyCheckpoint>map(SavedCopy::new).orElse(CopyCheckpoint.NONE);
            Copy.Result result = new Copy(view.over(reads), writes, folders, settings, progress, positions).run();
            List<FolderCleanup.Result> cleaned = new ArrayList<>();
            if (deleteExtra) {
                folders.forEach(
                        f -> cleaned.add(new FolderCleanup(reads, f.folder(), calls, common.retry(), progress).run()));
            }
            progress.close();
            long elapsed = System.nanoTime() - began;
            long deleted = sum(cleaned, FolderCleanup.Result::deleted);
            long failed = sum(cleaned, FolderCleanup.Result::failed);
            Written written = new Written(result.read(), result.written(), deleted, 0, failed);
            ObjectNode json = written.json(usage, elapsed);
            estimates.addTo(json, estimate, result.read(), usage.values());
            String estimated = estimates.compared(estimate, result.read(), usage.values());
            console.print(
                    json, () -> text(from, names(to, folders), result, usage, elapsed, cleaned(cleaned) + estimated));
            return failed == 0 ? 0 : 1;
        } finally {
            saved.ifPresent(Checkpoint::close);
        }
    }

    private FolderDestination folder(
            Connections connections, ObjectRef ref, DynamoTable from, Pool calls, ConsoleProgress progress) {
        RetryingObjects bucket =
                RetryingObjects.over(connections.replica().bucket(ref, buckets.endpoint()), common.retry(), progress);
        ItemFolder folder = new ItemFolder(bucket, ref.folder(from.description().tableName()), calls);
        return new FolderDestination(folder, calls);
    }

    private static long sum(List<FolderCleanup.Result> cleaned, ToLongFunction<FolderCleanup.Result> part) {
        return cleaned.stream().mapToLong(part).sum();
    }

    private static String cleaned(List<FolderCleanup.Result> cleaned) {
        return cleaned.isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%n%nlooked at %,d objects: %,d deleted, %,d written anew, %,d left",
                        sum(cleaned, FolderCleanup.Result::looked),
                        sum(cleaned, FolderCleanup.Result::deleted),
                        sum(cleaned, FolderCleanup.Result::written),
                        sum(cleaned, FolderCleanup.Result::failed));
    }

    private static String names(List<DynamoTable> tables, List<FolderDestination> folders) {
        return Stream.concat(
                        tables.stream().map(DynamoTable::name), folders.stream().map(FolderDestination::name))
                .collect(Collectors.joining(", "));
    }

    private String text(
            DynamoTable from,
            String names,
            Copy.Result result,
            Map<String, Usage> usage,
            long elapsed,
            String estimated) {
        String what =
                dryRun ? "dry run: would write %,d items read from %s into %s%n" : "copied %,d items of %s into %s%n";
        String tables = tables().collect(Collectors.joining(" "));
        String check = dryRun || tables.isEmpty()
                ? ""
                : String.format("%n%nTo prove them equal: lockstep diff %s %s", primary, tables);
        return String.format(Locale.ROOT, what, result.read(), from.name(), names)
                + DiffText.costs(usage, Duration.ofNanos(elapsed)).stripTrailing()
                + estimated
                + check;
    }
}
