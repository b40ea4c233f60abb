package dev.lockstep.cli;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.backup.BackupResult;
import dev.lockstep.backup.BackupSettings;
import dev.lockstep.backup.BareBackup;
import dev.lockstep.backup.FullBackup;
import dev.lockstep.backup.SavedSegments;
import dev.lockstep.capacity.Estimate;
import dev.lockstep.capacity.Usage;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.Job;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.S3Objects;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.PacedTable;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.TableDocument;
import dev.lockstep.table.TableRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep backup}. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description = {
            "Backs up every item of TABLE into s3://bucket/prefix/AWSDynamoDB/ID, in the layout of DynamoDB's own exports to"
                    + " S3. A backup without its lockstep-manifest.json, which is written last, does not exist.",
            "A run that was cut off is gone on with by the same command with its --job-id; several machines share a job by"
                    + " --segment, --segments and one --job-id."
        },
        footerHeading = "%nExit status:%n",
        footer =
                "  0  done    2  wrong command line, nothing was written    3  stopped by a failure, no backup was made"
                        + "    130  interrupted")
final class BackupCommand implements Callable<Integer> {
    enum Format {
        export,
        mapbox
    }

    @Parameters(index = "0", paramLabel = "TABLE", description = "The table to read: region/table, an ARN, ...")
    String table = "";

    @Parameters(index = "1", paramLabel = "FOLDER", description = "Where to: s3://bucket/prefix.")
    String folder = "";

    @Option(
            names = "--job-id",
            paramLabel = "ID",
            description = "Names the backup (default: a new one by the time, which is told).")
    @Nullable
    String jobId;

    @Option(
            names = "--format",
            paramLabel = "export|mapbox",
            defaultValue = "export",
            description = "export: the layout of DynamoDB's exports. mapbox: s3://bucket/prefix/ID/SEGMENT, without a"
                    + " manifest, as mapbox/dynamodb-replicator's backup-table (default: ${DEFAULT-VALUE}).")
    Format format = Format.export;

    @Option(
            names = "--eventual",
            description =
                    "Eventually consistent reads, for half the cost. The backup then counts as begun a minute earlier.")
    boolean eventual;

    @Option(
            names = "--metrics",
            paramLabel = "NAMESPACE",
            description = "Publish BackupErrors, BackupSize and BackupRecordCount to CloudWatch, by TableName.")
    @Nullable
    String metrics;

    @Mixin
    CheckpointOption checkpoint = new CheckpointOption();

    @Mixin
    CommonOptions.Scanning scanning = new CommonOptions.Scanning();

    @Mixin
    CommonOptions.Buckets buckets = new CommonOptions.Buckets();

    @Mixin
    EstimateOptions estimates = new EstimateOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    /** One way to back up. */
    private record Way(String location, Callable<BackupResult> run) {}

    @Override
    public Integer call() {
        TableRef ref = TableRef.parse(table);
        ObjectRef to = ObjectRef.parse(folder);
        requireNamed();
        try (Connections connections = Connections.of(common)) {
            DynamoTable from = connections.open(ref);
            PacedTable reads = common.budget.reading(from);
            Estimate estimate = Estimates.backup(reads, scanning.fraction(), !eventual);
            if (estimates.only) {
                return estimates.print(Console.of(spec, common), estimate);
            }
            S3Objects bucket = connections.replica().bucket(to, buckets.endpoint());
            BackupMetrics published = metrics == null
                    ? BackupMetrics.NONE
                    : BackupMetrics.of(
                            connections.metrics(ref),
                            metrics,
                            from.description().tableName());
            Console console = Console.of(spec, common);
            Optional<Checkpoint> saved = checkpoint
                    .store(connections, buckets.endpoint(), common)
                    .map(store -> CheckpointOption.open(store, job(from, to), console));
            try {
                backUp(from, reads, bucket, to, settings(saved), published, estimate, console, saved);
            } finally {
                saved.ifPresent(Checkpoint::close);
            }
            return 0;
        }
    }

    /** What decides what becomes of which items. */
    private Job job(DynamoTable from, ObjectRef to) {
        SortedMap<String, String> parameters = new TreeMap<>();
        parameters.put("folder", to.text());
        parameters.put("job id", jobId == null ? "" : jobId);
        parameters.put("format", format.toString());
        parameters.put("eventual", "" + eventual);
        scanning.describe(parameters);
        return new Job("backup", Map.of("table", from), from.keys(), parameters);
    }

    private String jobId(Optional<Checkpoint> saved) {
        if (jobId != null) {
            return jobId;
        }
        return saved.filter(Checkpoint::begun)
                .map(SavedSegments::jobId)
                .filter(id -> !id.isEmpty())
                .orElseGet(() -> BackupSettings.newJobId(Instant.now()));
    }

    private void requireNamed() {
        if (scanning.only().isPresent() && jobId == null) {
            throw new InvalidSettingsException(
                    "check", "--segment", "it needs --job-id, which all machines of the job give", "");
        }
    }

    private BackupSettings settings(Optional<Checkpoint> saved) {
        return new BackupSettings(
                jobId(saved),
                scanning.total(),
                scanning.only(),
                scanning.parallel,
                eventual ? Consistency.EVENTUAL : Consistency.STRONG,
                common.retry());
    }

    private void backUp(
            DynamoTable from,
            PacedTable reads,
            S3Objects bucket,
            ObjectRef to,
            BackupSettings settings,
            BackupMetrics published,
            Estimate estimate,
            Console console,
            Optional<Checkpoint> saved) {
        long began = System.nanoTime();
        try (ConsoleProgress progress = console.progress(List.of(from))) {
            Way way = way(from, reads, bucket, to, settings, progress, saved);
            if (!common.quiet) {
                console.err().println("lockstep: backing up " + from.name() + " to " + way.location());
            }
            BackupResult result = result(way, settings, published, progress);
            published.done(result, progress);
            progress.close();
            Map<String, Usage> usage = Map.of(from.name(), from.usage());
            long elapsed = System.nanoTime() - began;
            ObjectNode json = json(result, settings, usage, elapsed);
            if (!result.nothingDone()) {
                estimates.addTo(json, estimate, result.items(), usage.values());
            }
            String estimated = result.nothingDone() ? "" : estimates.compared(estimate, result.items(), usage.values());
            console.print(json, () -> text(result, from, usage, elapsed) + estimated);
        }
    }

    private Way way(
            DynamoTable from,
            PacedTable reads,
            S3Objects bucket,
            ObjectRef to,
            BackupSettings settings,
            ConsoleProgress progress,
            Optional<Checkpoint> saved) {
        if (format == Format.mapbox) {
            BareBackup backup = new BareBackup(reads, bucket, to, settings, progress);
            saved.ifPresent(backup::with);
            return new Way(backup.location(), backup::run);
        }
        TableDocument document = from.document(
                denied -> progress.warning("left out of the table's description: " + denied.getMessage()));
        FullBackup backup = new FullBackup(reads, document, bucket, to, settings, progress);
        saved.ifPresent(backup::with);
        return new Way(backup.location(), backup::run);
    }

    private BackupResult result(Way way, BackupSettings settings, BackupMetrics published, Progress progress) {
        try {
            return way.run().call();
        } catch (InvalidSettingsException e) {
            throw e;
        } catch (CancelledException e) {
            if (checkpoint.place == null) {
                progress.warning(howToGoOn(settings));
            }
            throw e;
        } catch (LockstepException e) {
            published.failed(progress);
            throw jobId == null && checkpoint.place == null ? telling(e, howToGoOn(settings)) : e;
        } catch (RuntimeException e) {
            published.failed(progress);
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whoever named no job must be told the name that it was given. */
    private static String howToGoOn(BackupSettings settings) {
        return "To go on with this backup, run the same command with --job-id " + settings.jobId();
    }

    private static LockstepException telling(LockstepException e, String more) {
        String hint = e.hint().isEmpty() ? more : e.hint() + ". " + more;
        return new LockstepException(e.operation(), e.subject(), e.problem(), hint, e.retryable(), e);
    }

    private static ObjectNode json(
            BackupResult result, BackupSettings settings, Map<String, Usage> usage, long elapsed) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("items", result.items())
                .put("bytes", result.bytes())
                .put("location", result.location())
                .put("files", result.files())
                .put("jobId", settings.jobId())
                .put("complete", result.complete());
        result.manifest()
                .ifPresent(m -> json.put("from", m.from().toString())
                        .put("to", m.to().toString())
                        .put("consistent", m.consistent()));
        Results.consumed(json, usage);
        return json.put("elapsedMillis", Duration.ofNanos(elapsed).toMillis());
    }

    private String text(BackupResult result, DynamoTable from, Map<String, Usage> usage, long elapsed) {
        String what = result.nothingDone() ? "was done before: %,d items of %s" : "backed up %,d items of %s";
        String size = String.format(
                Locale.ROOT,
                what + " in %,d files, %,d bytes, at %s%n",
                result.items(),
                from.name(),
                result.files(),
                result.bytes(),
                result.location());
        return size
                + state(result)
                + DiffText.costs(usage, Duration.ofNanos(elapsed)).stripTrailing();
    }

    private String state(BackupResult result) {
        if (result.manifest().isPresent()) {
            return String.format(
                    "the items as they were between %s and %s%n",
                    result.manifest().get().from(), result.manifest().get().to());
        }
        return result.complete() || format == Format.mapbox
                ? ""
                : String.format("not a backup yet: other segments are still to be done%n");
    }
}
