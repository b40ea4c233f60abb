package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.progress.Progress;
import dev.lockstep.replicate.DeadLetterFile;
import dev.lockstep.replicate.DeadLetterFolder;
import dev.lockstep.replicate.DeadLetters;
import dev.lockstep.streams.kcl.DynamoStreamSource;
import dev.lockstep.streams.status.Bind;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.TableCreation;
import dev.lockstep.table.TableRef;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.arns.Arn;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;

/** {@code lockstep replicate}. */
@Command(
        name = "replicate",
        mixinStandardHelpOptions = true,
        description = {
            "Keeps each DESTINATION in step with PRIMARY while it is written to, from its stream, until it is stopped.",
            "Several processes with the same --name share the work, and any of them may be killed. The tables NAME,"
                    + " NAME-State and two more of the Kinesis Client Library are made beside PRIMARY."
        },
        footerHeading = "%nExit status:%n",
        footer =
                "  0  stopped by SIGTERM, or idle    2  wrong command line    3  stopped by a failure    130  interrupted")
final class ReplicateCommand implements Callable<Integer> {
    private static final String NAMESPACE = "[0-9A-Za-z./_#:-]{1,255}";

    enum From {
        trim_horizon,
        latest
    }

    @Parameters(index = "0", paramLabel = "PRIMARY", description = "The table to follow; it is never written to.")
    String primary = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "DESTINATION",
            description = "Tables, or folders of items on S3 (s3://bucket/prefix).")
    List<String> destinations = new ArrayList<>();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Shared by the processes that share the work (default: from the tables' names).")
    @Nullable
    String name;

    @Option(
            names = "--from",
            paramLabel = "trim-horizon|latest",
            converter = FromConverter.class,
            description = "Where a new NAME begins: at the oldest change that the stream has (the default), or now.")
    @Nullable
    From from;

    @Option(
            names = "--copy-first",
            description = "Copy PRIMARY into the destinations first, missing nothing that is written meanwhile.")
    boolean copyFirst;

    @Option(names = "--overwrite", description = "With --copy-first: also into tables that hold items.")
    boolean overwrite;

    @Option(
            names = "--kinesis",
            paramLabel = "STREAM-ARN",
            description = "Follow PRIMARY by this Kinesis data stream; implies --ordering-guard.")
    @Nullable
    String kinesis;

    @Option(
            names = "--ordering-guard",
            description = "Never let an older change over a newer one, whatever comes late or twice. Keeps a table"
                    + " NAME-Guard beside each replica; four times the write units.")
    boolean orderingGuard;

    @Option(names = "--skip-ttl-deletes", description = "Do not repeat deletes by TTL.")
    boolean skipTtlDeletes;

    @Option(
            names = "--dead-letter",
            paramLabel = "FILE|s3://…",
            description = "Where records go that can never be applied (default: such a record stops the process).")
    @Nullable
    String deadLetter;

    @Option(
            names = "--from-dead-letter",
            paramLabel = "FILE",
            description = "Try the dead letters in this file again, by what PRIMARY holds now, and stop.")
    @Nullable
    Path fromDeadLetter;

    @Option(
            names = "--verify-every",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "Compare the tables this often, for example 24h, while they are kept in step.")
    @Nullable
    Duration verifyEvery;

    @Option(names = "--repair", description = "With --verify-every: repair what differs.")
    boolean repair;

    @Option(
            names = "--status-port",
            paramLabel = "[HOST:]PORT",
            description =
                    "Serve the status page, /metrics, /healthz and /readyz, on this machine only unless HOST is given.")
    @Nullable
    String statusPort;

    @Option(
            names = "--metrics",
            paramLabel = "NAMESPACE",
            description = "Publish the same figures to CloudWatch, each minute.")
    @Nullable
    String metrics;

    @Option(
            names = "--until-idle",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "Stop when there was nothing to do for so long, for example 10s.")
    @Nullable
    Duration untilIdle;

    @Option(names = "--enable-stream", description = "Switch PRIMARY's stream on if it is off (new and old images).")
    boolean enableStream;

    @Option(
            names = "--state-at",
            paramLabel = "PLACE",
            description = "Where the tables of NAME are, if not beside PRIMARY: a Region, http://host:port, or"
                    + " REGION@https://host.")
    @Nullable
    String stateAt;

    @Option(
            names = "--streams-endpoint",
            paramLabel = "URL",
            description = "Where PRIMARY's stream is read, if not where its table is.")
    @Nullable
    String streamsEndpoint;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Records asked for in a GetRecords call to DynamoDB Streams (default: 1000, the most).")
    @Nullable
    Integer batchSize;

    @Mixin
    CommonOptions.Buckets buckets = new CommonOptions.Buckets();

    @Mixin
    Plugin.Choice plugin = new Plugin.Choice();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    /** The command line writes trim-horizon, Java cannot. */
    static final class FromConverter implements picocli.CommandLine.ITypeConverter<From> {
        @Override
        public From convert(String text) {
            for (From from : From.values()) {
                if (from.name().replace('_', '-').equalsIgnoreCase(text)) {
                    return from;
                }
            }
            throw new picocli.CommandLine.TypeConversionException("'" + text + "' is neither trim-horizon nor latest");
        }
    }

    @Override
    public Integer call() throws Exception {
        TableRef primaryRef = TableRef.parse(primary);
        requireOptionsThatFit();
        Console console = Console.of(spec, common);
        try (Plugin own = plugin.open();
                Connections connections = Connections.of(common);
                LiveTables tables = LiveTables.open(connections, primaryRef, destinations, own.view(), this)) {
            if (fromDeadLetter != null) {
                return new DeadLetterRetry(tables, fromDeadLetter).run(console);
            }
            return new LiveRun(connections, tables, own, this, console).run();
        }
    }

    private void requireOptionsThatFit() {
        if (overwrite && !copyFirst) {
            throw wrong("--overwrite", "it means nothing without --copy-first");
        }
        if (repair && verifyEvery == null) {
            throw wrong("--repair", "it means nothing without --verify-every");
        }
        if (copyFirst && from == From.trim_horizon) {
            throw wrong("--from trim-horizon", "a first copy begins now: leave it out");
        }
        if (verifyEvery != null && verifyEvery.isZero()) {
            throw wrong("--verify-every", "it must be more than 0");
        }
        if (plugin.made() && destinations.stream().anyMatch(ObjectRef::isMeantBy)) {
            throw wrong(
                    "--plugin",
                    "a folder and its change log are a backup of the table as it is; replicate it by itself");
        }
        if (batchSize != null && (batchSize < 1 || batchSize > DynamoStreamSource.MOST_RECORDS)) {
            throw wrong("--batch-size " + batchSize, "it must be 1 to " + DynamoStreamSource.MOST_RECORDS);
        }
        if (kinesis != null && (streamsEndpoint != null || batchSize != null)) {
            throw wrong("--kinesis", "--streams-endpoint and --batch-size are for the table's own stream");
        }
        if (statusPort != null) {
            Bind.parse(statusPort);
        }
        if (kinesis != null) {
            requireKinesisArn(kinesis);
        }
        if (kinesis != null && enableStream) {
            throw wrong("--enable-stream", "with --kinesis the table's own stream is not read: leave it out");
        }
        if (metrics != null && (!metrics.matches(NAMESPACE) || metrics.startsWith("AWS/"))) {
            throw wrong("--metrics " + metrics, "CloudWatch takes no such namespace");
        }
    }

    private static void requireKinesisArn(String text) {
        boolean stream = Arn.tryFromString(text)
                .map(arn -> arn.service().equals("kinesis")
                        && arn.region().isPresent()
                        && arn.resourceAsString().startsWith("stream/"))
                .orElse(false);
        if (!stream) {
            throw new InvalidSettingsException(
                    "replicate",
                    "--kinesis " + text,
                    "not the ARN of a Kinesis data stream",
                    "For example arn:aws:kinesis:us-east-1:123456789012:stream/orders");
        }
    }

    private static InvalidSettingsException wrong(String option, String problem) {
        return new InvalidSettingsException("replicate", option, problem, "");
    }

    /** Beside the primary unless another place was named; only the place of this reference means something. */
    TableRef statePlace(TableRef primaryRef) {
        return stateAt == null ? primaryRef : TableRef.parse(stateAt + "/lockstep");
    }

    /** Where the primary's stream is read; only the place of this reference means something. */
    TableRef streamPlace(TableRef primaryRef) {
        if (streamsEndpoint == null) {
            return primaryRef;
        }
        String region = primaryRef.region().map(r -> r + "@").orElse("");
        return TableRef.parse(region + streamsEndpoint.replaceFirst("/+$", "") + "/lockstep");
    }

    Optional<String> kinesisArn() {
        return Optional.ofNullable(kinesis);
    }

    DeadLetters deadLetters(Connections connections) {
        if (deadLetter == null) {
            return DeadLetters.NONE;
        }
        if (deadLetter.startsWith("s3://")) {
            ObjectRef folder = ObjectRef.parse(deadLetter);
            return new DeadLetterFolder(
                    RetryingObjects.over(
                            connections.replica().bucket(folder, buckets.endpoint()),
                            RetryPolicy.DEFAULT,
                            Progress.NONE),
                    folder);
        }
        return new DeadLetterFile(Path.of(deadLetter));
    }

    /** The stream's ARN; switches the stream on where that was asked for. */
    String stream(Connections connections, TableRef ref, DynamoTable table) {
        StreamSpecification stream = table.description().streamSpecification();
        if (stream != null && stream.streamEnabled()) {
            return table.description().latestStreamArn();
        }
        if (!enableStream) {
            throw new InvalidSettingsException(
                    "replicate",
                    ref.text(),
                    "its stream is off, so changes cannot be followed",
                    "Say --enable-stream to switch it on (new and old images)");
        }
        TableCreation.enableStream(connections.client(ref), ref);
        return connections.open(ref).description().latestStreamArn();
    }
}
