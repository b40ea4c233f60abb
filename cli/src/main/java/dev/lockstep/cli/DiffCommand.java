package dev.lockstep.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.capacity.Estimate;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.CheckpointStore;
import dev.lockstep.checkpoint.Job;
import dev.lockstep.objects.Digest;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.PacedTable;
import dev.lockstep.table.Table;
import dev.lockstep.table.TableRef;
import dev.lockstep.table.View;
import dev.lockstep.verify.Diff;
import dev.lockstep.verify.DiffResult;
import dev.lockstep.verify.DiffSettings;
import dev.lockstep.verify.Discrepancy;
import dev.lockstep.verify.Discrepancy.Kind;
import dev.lockstep.verify.RepairPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep diff}. */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        description = {
            "Compares every item of PRIMARY with every REPLICA, in both directions; with --repair makes the replicas equal.",
            "Nothing is written without --repair. An item that changes meanwhile is never set back to an older value."
        },
        footerHeading = "%nExit status:%n",
        footer = {
            "  0  no difference is left    1  differences are left    2  wrong command line, nothing was done",
            "  3  stopped by a failure     130  interrupted"
        })
final class DiffCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "PRIMARY", description = "The table that is right: region/table, an ARN, ...")
    String primary = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "REPLICA", description = "Tables that should equal it.")
    List<String> replicas = new ArrayList<>();

    @Option(
            names = "--repair",
            arity = "0..1",
            paramLabel = "KINDS",
            fallbackValue = "missing,different,extra",
            preprocessor = RepairKinds.class,
            description = "Repair these kinds of difference (default: ${FALLBACK-VALUE}).")
    @Nullable
    String repair;

    @Option(names = "--ignore", paramLabel = "ATTR", description = "An attribute that may differ. Repeatable.")
    List<String> ignored = new ArrayList<>();

    @Option(
            names = "--version-attribute",
            paramLabel = "NAME",
            description = "An attribute that grows with each change: a replica's item with a higher one is left alone.")
    @Nullable
    String versionAttribute;

    @Option(
            names = "--settle",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = Durations.class,
            description = "How long a difference must last to count (default: ${DEFAULT-VALUE}).")
    Duration settle = Duration.ofSeconds(5);

    @Option(
            names = "--sample",
            paramLabel = "PERCENT",
            converter = Fractions.class,
            description = "Only random segments, this part of the tables; reports an estimate with its 95 %% interval.")
    @Nullable
    Double sample;

    @Option(
            names = "--starting-key",
            paramLabel = "JSON",
            description = "Begin after this key, in scan order; with a single segment.")
    @Nullable
    String startingKey;

    @Option(
            names = "--report",
            paramLabel = "FILE.jsonl",
            description = "Write each finding as a line of JSON; -: on stdout, before the result.")
    @Nullable
    Path report;

    @Option(
            names = "--undo-log",
            paramLabel = "FILE",
            description = "Keep what a repair replaces, for 'lockstep undo'.")
    @Nullable
    Path undoLog;

    @Option(
            names = "--journal",
            paramLabel = "DIR",
            description = "Where repairs note the keys they are at (default: the user's state folder).")
    @Nullable
    Path journal;

    @Mixin
    CheckpointOption checkpoint = new CheckpointOption();

    @Mixin
    CommonOptions.Buckets buckets = new CommonOptions.Buckets();

    @Mixin
    CommonOptions.Scanning scanning = new CommonOptions.Scanning();

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
        List<TableRef> replicaRefs = replicas.stream().map(TableRef::parse).toList();
        DiffSettings settings = settings();
        try (Plugin own = plugin.open();
                Connections connections = Connections.of(common)) {
            settings = settings.withComparison(own.comparison());
            DynamoTable from = connections.open(primaryRef);
            List<DynamoTable> to = connections.replica().open(replicaRefs);
            if (startingKey != null) {
                settings = settings.withStartingKey(ItemJson.readKey(startingKey, from.keys()));
            }
            Console console = Console.of(spec, common);
            Optional<CheckpointStore> store =
                    estimates.only ? Optional.empty() : checkpoint.store(connections, buckets.endpoint(), common);
            Optional<Checkpoint> saved = store.map(s -> CheckpointOption.open(s, job(from, to), console));
            try {
                return compare(from, to, own.view(), settings, console, saved);
            } finally {
                saved.ifPresent(Checkpoint::close);
            }
        }
    }

    /** What decides which items are compared, and what is done about a difference. */
    private Job job(DynamoTable from, List<DynamoTable> to) {
        Map<String, Table> tables = new LinkedHashMap<>();
        tables.put("primary", from);
        to.forEach(t -> tables.put("replica " + tables.size(), t));
        SortedMap<String, String> parameters = new TreeMap<>();
        parameters.put("repair", kinds().toString());
        parameters.put("ignore", new TreeSet<>(ignored).toString());
        parameters.put("version attribute", Objects.requireNonNullElse(versionAttribute, ""));
        parameters.put("settle", settle.toString());
        parameters.put("sample", sample == null ? "all" : sample.toString());
        parameters.put(
                "starting key",
                startingKey == null ? "" : "SHA-256 " + Digest.SHA256.hexOf(startingKey.getBytes(UTF_8)));
        parameters.put("report", report == null ? "" : report.toString());
        parameters.put("undo log", undoLog == null ? "" : undoLog.toString());
        plugin.describe(parameters);
        scanning.describe(parameters);
        return new Job("diff", tables, from.keys(), parameters);
    }

    private int compare(
            DynamoTable from,
            List<DynamoTable> to,
            View view,
            DiffSettings settings,
            Console console,
            Optional<Checkpoint> saved) {
        List<DynamoTable> all = new ArrayList<>(to);
        all.add(0, from);
        PacedTable primaryTable = common.budget.reading(from);
        List<PacedTable> replicaTables =
                repair == null ? to.stream().map(common.budget::reading).toList() : common.budget.writing(to);
        Estimate estimate = Estimates.diff(
                primaryTable, replicaTables, sample == null ? scanning.fraction() : sample, repair != null);
        if (estimates.only) {
            return estimates.print(console, estimate);
        }
        long reported = saved.filter(Checkpoint::begun).map(Diff::reported).orElse(0L);
        boolean onOut = report != null && report.toString().equals("-");
        try (ConsoleProgress progress = console.progress(all);
                ReportFile file = ReportFile.open(Optional.ofNullable(report).filter(r -> !onOut), reported)) {
            Diff diff = new Diff(view.over(primaryTable), replicaTables, settings, progress);
            Consumer<Discrepancy> findings = found -> {
                file.add(found);
                if (onOut) {
                    console.out().println(Results.finding(found));
                }
                progress.detail(DiffText.line(found));
            };
            DiffResult result = saved.isPresent() ? diff.run(findings, saved.get(), file) : diff.run(findings);
            progress.close();
            long items = result.replicas().get(0).counts().compared();
            ObjectNode json = Results.diff(result);
            estimates.addTo(json, estimate, items, result.usage().values());
            console.print(
                    json,
                    () -> DiffText.of(
                            result,
                            estimates.compared(estimate, items, result.usage().values()),
                            repair != null,
                            repairCommand()));
            return result.equal() ? 0 : 1;
        }
    }

    /** The command that was typed, and what repairs besides. */
    private String repairCommand() {
        List<String> typed = CredentialOptions.withoutSecrets(
                Objects.requireNonNull(spec).commandLine().getParseResult().originalArgs());
        List<String> words = typed.stream()
                .skip(typed.indexOf("diff") == 0 ? 1 : 0)
                .map(DiffCommand::quoted)
                .toList();
        return "lockstep diff " + String.join(" ", words) + " --repair --undo-log undo.jsonl";
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:=,%@+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    private DiffSettings settings() {
        RepairPolicy policy = new RepairPolicy(kinds(), Optional.ofNullable(versionAttribute));
        DiffSettings settings = DiffSettings.DEFAULT
                .withParallel(scanning.parallel)
                .withIgnored(Set.copyOf(ignored))
                .withSettle(settle)
                .withRetry(common.retry())
                .withJournal(journal == null ? StateFolder.journals() : journal)
                .withRepair(policy);
        if (scanning.only().isPresent()) {
            var only = scanning.only().get();
            settings = settings.withOnlySegment(only.index(), only.total());
        } else if (scanning.total().isPresent()) {
            settings = settings.withSegments(scanning.total().getAsInt());
        }
        if (sample != null) {
            settings = settings.withSample(sample);
        }
        if (undoLog != null) {
            settings = settings.withUndoLog(undoLog);
        }
        requireSingleSegment();
        return settings;
    }

    private void requireSingleSegment() {
        boolean several = scanning.segment == null && scanning.total().orElse(1) > 1;
        if (startingKey != null && (several || sample != null)) {
            throw new InvalidSettingsException(
                    "check",
                    "--starting-key",
                    "one key cannot be the start of several segments",
                    "Leave --segments and --sample out, or name one with --segment");
        }
        if (undoLog != null && repair == null) {
            throw new InvalidSettingsException(
                    "check", "--undo-log", "it keeps what --repair replaces", "Add --repair");
        }
    }

    private Set<Kind> kinds() {
        return repair == null ? EnumSet.noneOf(Kind.class) : RepairKinds.parse(repair);
    }
}
