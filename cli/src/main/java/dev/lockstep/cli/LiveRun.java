package dev.lockstep.cli;

import dev.lockstep.backup.ChangeLogWriter;
import dev.lockstep.capacity.Usage;
import dev.lockstep.replicate.DeadLetters;
import dev.lockstep.replicate.Delivery;
import dev.lockstep.replicate.Replicator.Counts;
import dev.lockstep.streams.Gauges;
import dev.lockstep.streams.LogWork;
import dev.lockstep.streams.LoggingReader;
import dev.lockstep.streams.Pin;
import dev.lockstep.streams.Replication;
import dev.lockstep.streams.StatusBoard;
import dev.lockstep.streams.Verification;
import dev.lockstep.streams.kcl.DynamoStreamSource;
import dev.lockstep.streams.kcl.KinesisSource;
import dev.lockstep.streams.kcl.ShardWork;
import dev.lockstep.streams.kcl.StreamSource;
import dev.lockstep.streams.kcl.StreamWorker;
import dev.lockstep.streams.kcl.WorkerSettings;
import dev.lockstep.streams.kcl.WorkerSettings.Start;
import dev.lockstep.streams.status.Bind;
import dev.lockstep.streams.status.CloudWatchMetrics;
import dev.lockstep.streams.status.History;
import dev.lockstep.streams.status.StatusServer;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.TableCreation;
import dev.lockstep.table.TableRef;
import dev.lockstep.verify.Discrepancy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import sun.misc.Signal;
import sun.misc.SignalHandler;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One run of {@code replicate}: puts the service together, runs it, prints what came of it. */
final class LiveRun {
    /** How long several destinations wait for one of them before its changes go to its backlog. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** After that a process of the name is taken for dead: longer than any pause of a healthy one. */
    private static final Duration SILENCE = Duration.ofSeconds(15);
    /** Replicas may lag that far without being called different. */
    private static final Duration SETTLE = Duration.ofSeconds(10);

    /** A file for each shard and read: seldom enough to cost little, and to leave the shard's reads to others. */
    private static final Duration LOG_POLL = Duration.ofSeconds(5);
    /** How often it is noted that there was nothing. */
    private static final Duration LOG_TIP = Duration.ofSeconds(30);

    private static final int LOG_MEMORY = 4;

    private final Connections connections;
    private final LiveTables tables;
    private final Plugin plugin;
    private final ReplicateCommand command;
    private final Console console;
    private final long began = System.nanoTime();

    LiveRun(Connections connections, LiveTables tables, Plugin plugin, ReplicateCommand command, Console console) {
        this.connections = connections;
        this.tables = tables;
        this.plugin = plugin;
        this.command = command;
        this.console = console;
    }

    int run() throws Exception {
        TableRef ref = tables.primaryRef();
        String name = tables.name(command);
        // Its place is looked at before anything is made: a run that could not park must not begin.
        DeadLetters deadLetters = command.deadLetters(connections);
        StreamSource source = source(ref);
        Optional<StreamViewType> view = source.describe().view();
        boolean latest = command.copyFirst || command.from == ReplicateCommand.From.latest;
        TableRef place = command.statePlace(ref);
        RetryingTable state = state(place, name);
        Pin.require(state, name, source.arn(), tables.primaryTable().id(), latest);
        boolean timesAreExact = !source.arn().contains(":ddblocal:");
        History history = new History(InstantSource.system());
        Gauges gauges = new Gauges(timesAreExact, history::observeLag);
        try (ConsoleProgress progress = console.progress(tables.all())) {
            warnOfView(view, progress);
            StatusBoard.Meter meter =
                    new StatusBoard.Meter(progress, deadLetters, Optional.ofNullable(command.deadLetter));
            Replication replication = new Replication(
                    settings(name),
                    tables.primary(),
                    tables.targets(),
                    state,
                    UUID.randomUUID().toString(),
                    meter,
                    tables.writers(),
                    gauges,
                    meter,
                    this::found,
                    this::say);
            ShardWork work = replication::apply;
            StreamWorker worker = new StreamWorker(
                    source,
                    WorkerSettings.of(name, latest ? Start.LATEST : Start.TRIM_HORIZON),
                    connections.asynchronous(place),
                    connections.cloudWatch(place),
                    work);
            say("keeping " + names() + " in step with " + tables.primaryTable().name() + " as " + name);
            Signal term = new Signal("TERM");
            SignalHandler before = Signal.handle(term, signal -> replication.stop());
            AtomicReference<CloudWatchMetrics> metrics = new AtomicReference<>();
            StatusBoard board = new StatusBoard(
                    replication,
                    worker,
                    gauges,
                    meter,
                    name,
                    tables.primaryTable().name(),
                    source.arn(),
                    timesAreExact,
                    () -> Optional.ofNullable(metrics.get()).map(CloudWatchMetrics::publishing));
            try (AutoCloseable page = page(board, history);
                    AutoCloseable published = publish(name, board, history, metrics)) {
                replication.run(logging(worker, source, view, name, place, timesAreExact, progress));
            } finally {
                Signal.handle(term, before);
            }
            progress.close();
            Map<String, Usage> usage = new LinkedHashMap<>();
            tables.all().forEach(t -> usage.put(t.name(), t.usage()));
            long elapsed = System.nanoTime() - began;
            console.print(json(name, replication, usage, elapsed), () -> text(replication, usage, elapsed));
            return 0;
        }
    }

    /** With folders among the destinations their change logs are kept, too, by a reader of their own. */
    private Replication.Reader logging(
            StreamWorker worker,
            StreamSource source,
            Optional<StreamViewType> view,
            String name,
            TableRef place,
            boolean timesAreExact,
            ConsoleProgress progress) {
        if (tables.folders().isEmpty()) {
            return worker;
        }
        if (view.filter(v -> v == StreamViewType.NEW_IMAGE || v == StreamViewType.NEW_AND_OLD_IMAGES)
                .isEmpty()) {
            progress.warning("no change log is kept, so only the folders' own versions tell what items were before:"
                    + " the stream does not hold the items; its view must be NEW_IMAGE or NEW_AND_OLD_IMAGES");
            return worker;
        }
        DynamoTable table = tables.primaryTable();
        LogWork work = new LogWork(
                tables.folders().stream()
                        .map(folder -> new ChangeLogWriter(
                                folder.bucket(),
                                folder.prefix(),
                                table.description().tableName(),
                                table.description().tableArn(),
                                table.id(),
                                source.arn(),
                                table.keys(),
                                LOG_TIP,
                                this::say))
                        .toList(),
                source::lineage,
                InstantSource.system(),
                timesAreExact,
                this::say);
        WorkerSettings usual = WorkerSettings.of(name + "-log", Start.TRIM_HORIZON);
        StreamWorker logs = new StreamWorker(
                source,
                usual.withPoll(LOG_POLL, usual.catchUp()).withPrefetchBytes(usual.prefetchBytes() / LOG_MEMORY),
                connections.asynchronous(place),
                connections.cloudWatch(place),
                work);
        return new LoggingReader(worker, logs, work);
    }

    private AutoCloseable page(StatusBoard board, History history) {
        if (command.statusPort == null) {
            return () -> {};
        }
        StatusServer server = StatusServer.start(
                new StatusServer.Settings(Bind.parse(command.statusPort)), board, history, InstantSource.system());
        say("status page at " + server.uri());
        return server;
    }

    private AutoCloseable publish(
            String name, StatusBoard board, History history, AtomicReference<CloudWatchMetrics> metrics) {
        if (command.metrics == null) {
            return () -> {};
        }
        CloudWatchMetrics.Settings settings = new CloudWatchMetrics.Settings(
                command.metrics, tables.primaryTable().name(), name, StatusServer.Settings.LAG_LIMIT);
        metrics.set(new CloudWatchMetrics(
                connections.metrics(tables.primaryRef()), settings, board, history, InstantSource.system()));
        return Objects.requireNonNull(metrics.get()).start();
    }

    private StreamSource source(TableRef ref) {
        if (command.kinesis != null) {
            return new KinesisSource(connections.kinesis(command.kinesis), command.kinesis);
        }
        return new DynamoStreamSource(
                connections.streams(command.streamPlace(ref)),
                command.stream(connections, ref, tables.primaryTable()),
                command.batchSize == null ? DynamoStreamSource.MOST_RECORDS : command.batchSize);
    }

    private RetryingTable state(TableRef ref, String name) {
        DynamoDbClient client = connections.client(ref);
        String table = name + "-State";
        TableCreation.createRows(client, table);
        return RetryingTable.over(DynamoTable.open(client, table), command.common.retry(), (t, op, why, pause) -> {});
    }

    private Replication.Settings settings(String name) {
        Optional<Verification.Settings> verification = Optional.ofNullable(command.verifyEvery)
                .map(every -> new Verification.Settings(
                        every,
                        command.repair,
                        // The tables' own budgets hold it then.
                        Optional.ofNullable(command.common.budget.reads).map(budget -> Double.POSITIVE_INFINITY),
                        StateFolder.journals(),
                        SETTLE,
                        plugin.comparison()));
        return new Replication.Settings(
                name,
                command.copyFirst,
                command.overwrite,
                command.skipTtlDeletes,
                PATIENCE,
                SILENCE,
                Optional.ofNullable(command.untilIdle),
                verification,
                command.common.retry(),
                plugin.view());
    }

    private static void warnOfView(Optional<StreamViewType> view, ConsoleProgress progress) {
        view.filter(v -> v == StreamViewType.KEYS_ONLY || v == StreamViewType.OLD_IMAGE)
                .ifPresent(v -> progress.warning("the stream's view is " + v
                        + ": each change is read from the primary, strongly; NEW_AND_OLD_IMAGES would save that"));
    }

    private String names() {
        return tables.targets().stream().map(t -> t.name()).collect(Collectors.joining(", "));
    }

    private void say(String line) {
        if (!command.common.quiet) {
            console.err().println("lockstep: " + line);
        }
    }

    /** A replica that was emptied by mistake has millions of these; how many there are is told in any case. */
    private void found(Discrepancy discrepancy) {
        if (!command.common.verbose) {
            return;
        }
        console.err()
                .println("lockstep: " + discrepancy.kind().label() + " " + discrepancy.key() + " in "
                        + discrepancy.replica() + (discrepancy.repaired() ? ", repaired" : ""));
    }

    private static ObjectNode json(String name, Replication replication, Map<String, Usage> usage, long elapsed) {
        Counts counts = replication.replicator().counts();
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("name", name)
                .put("records", counts.records())
                .put("changes", counts.changes())
                .put("skipped", counts.skipped())
                .put("deadLetters", counts.deadLetters());
        var destinations = json.putArray("destinations");
        Map<String, Long> backlogs = replication.backlogs();
        for (Delivery delivery : replication.replicator().deliveries()) {
            Delivery.Health health = delivery.health();
            destinations
                    .addObject()
                    .put("destination", health.name())
                    .put("written", health.applied())
                    .put("backlog", backlogs.getOrDefault(health.name(), 0L))
                    .put("away", health.away());
        }
        Results.consumed(json, usage);
        return json.put("elapsedMillis", Duration.ofNanos(elapsed).toMillis());
    }

    private static String text(Replication replication, Map<String, Usage> usage, long elapsed) {
        Counts counts = replication.replicator().counts();
        String line = String.format(
                Locale.ROOT,
                "applied %,d records (%,d changes after merging) to %s%n",
                counts.records(),
                counts.changes(),
                replication.replicator().deliveries().stream()
                        .map(d -> d.health().name())
                        .collect(Collectors.joining(", ")));
        return line + DiffText.costs(usage, Duration.ofNanos(elapsed)).stripTrailing();
    }
}
