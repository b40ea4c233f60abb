package dev.lockstep.cli;

import dev.lockstep.capacity.Usage;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.CheckpointStore;
import dev.lockstep.checkpoint.Job;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.progress.Progress;
import dev.lockstep.replicate.Copy;
import dev.lockstep.replicate.CopyCheckpoint;
import dev.lockstep.replicate.CopySettings;
import dev.lockstep.replicate.FolderDestination;
import dev.lockstep.replicate.SavedCopy;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.Table;
import dev.lockstep.table.TableRef;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
        CopySettings settings = new CopySettings(
                scanning.total(), scanning.only(), scanning.parallel, overwrite, dryRun, common.retry());
        try (Connections connections = Connections.of(common)) {
            DynamoTable from = connections.open(primaryRef);
            Optional<CheckpointStore> store = checkpoint.store(connections, buckets.endpoint(), common, Progress.NONE);
            boolean opened = false;
            try {
                if (create && !dryRun) {
                    createMissing(connections, from, refs, store);
                }
                List<DynamoTable> to = connections.replica().open(refs);
                opened = true;
                return copy(connections, from, to, folders, settings, store);
            } finally {
                if (!opened) {
                    store.ifPresent(CheckpointStore::close);
                }
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
        scanning.describe(parameters);
        return new Job("copy", tables, from.keys(), parameters);
    }

    private Stream<String> tables() {
        return destinations.stream().filter(text -> !ObjectRef.isMeantBy(text));
    }

    private void createMissing(
            Connections connections, DynamoTable from, List<TableRef> refs, Optional<CheckpointStore> store) {
        Console console = Console.of(spec, common);
        for (TableRef ref : refs) {
            if (!connections.replica().exists(ref)) {
                CheckpointOption.requireNone(store, ref);
                console.err().println("lockstep: creating " + ref + " like " + from.name());
                connections.replica().createLike(from, ref);
            }
        }
    }

    private int copy(
            Connections connections,
            DynamoTable from,
            List<DynamoTable> to,
            List<ObjectRef> folderRefs,
            CopySettings settings,
            Optional<CheckpointStore> store) {
        Console console = Console.of(spec, common);
        Map<String, Usage> usage = new LinkedHashMap<>();
        usage.put(from.name(), from.usage());
        to.forEach(t -> usage.put(t.name(), t.usage()));
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
            Copy.Result result = new Copy(from, to, folders, settings, progress, positions).run();
            progress.close();
            long elapsed = System.nanoTime() - began;
            Written written = new Written(result.read(), result.written(), 0, 0, 0);
            console.print(written.json(usage, elapsed), () -> text(from, names(to, folders), result, usage, elapsed));
            return 0;
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

    private static String names(List<DynamoTable> tables, List<FolderDestination> folders) {
        return Stream.concat(
                        tables.stream().map(DynamoTable::name), folders.stream().map(FolderDestination::name))
                .collect(Collectors.joining(", "));
    }

    private String text(DynamoTable from, String names, Copy.Result result, Map<String, Usage> usage, long elapsed) {
        String what =
                dryRun ? "dry run: would write %,d items read from %s into %s%n" : "copied %,d items of %s into %s%n";
        String tables = tables().collect(Collectors.joining(" "));
        String check = dryRun || tables.isEmpty()
                ? ""
                : String.format("%n%nTo prove them equal: lockstep diff %s %s", primary, tables);
        return String.format(Locale.ROOT, what, result.read(), from.name(), names)
                + DiffText.costs(usage, Duration.ofNanos(elapsed)).stripTrailing()
                + check;
    }
}
