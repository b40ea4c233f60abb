package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.progress.Progress;
import dev.lockstep.replicate.AwakeObjects;
import dev.lockstep.replicate.AwakeTable;
import dev.lockstep.replicate.Destination;
import dev.lockstep.replicate.FolderDestination;
import dev.lockstep.replicate.GuardedTable;
import dev.lockstep.replicate.Pulse;
import dev.lockstep.replicate.ReplacedException;
import dev.lockstep.replicate.TableDestination;
import dev.lockstep.streams.Target;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.GuardTable;
import dev.lockstep.table.PacedTable;
import dev.lockstep.table.Pairing;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.TableRef;
import dev.lockstep.table.View;
import dev.lockstep.work.Pool;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The primary and the destinations of one {@code replicate}, opened. */
final class LiveTables implements AutoCloseable {
    /** Requests in flight to all destinations together. */
    private static final int IN_FLIGHT = 64;
    /** A stream keeps a day; Kinesis up to a year, but who replays that copies anew. */
    private static final Duration STREAM_HORIZON = Duration.ofDays(2);

    private static final Duration KINESIS_HORIZON = Duration.ofDays(8);
    /** A few tries at once; whoever waits for the destination tries again by himself. */
    private static final RetryPolicy WITHIN_A_BATCH = new RetryPolicy(3, Duration.ofMillis(50), Duration.ofSeconds(1));

    /** What DynamoDB takes, with room for what we append. */
    private static final String NAME = "[A-Za-z0-9_.-]{3,200}";

    private static final int ID_DIGITS = 12;
    /** Of the primary's name, what has room in ours. */
    private static final int TABLE_DIGITS = 150;

    private final TableRef primaryRef;
    private final DynamoTable primaryTable;
    private final RetryingTable primary;
    private final RetryingTable seen;
    private final List<DynamoTable> replicas = new ArrayList<>();
    private final List<Target> targets = new ArrayList<>();
    private final List<Folder> folders = new ArrayList<>();
    private final Pool writers = Pool.of("write", IN_FLIGHT);
    private final Pulse pulse = Pulse.start();

    /** A folder as the user named it, and its bucket. */
    record Folder(RetryingObjects bucket, ObjectRef prefix) {}

    private LiveTables(TableRef primaryRef, DynamoTable primaryTable, View view, CommonOptions common) {
        this.primaryRef = primaryRef;
        this.primaryTable = primaryTable;
        this.primary = RetryingTable.over(common.budget.reading(primaryTable), common.retry(), Progress.NONE);
        this.seen = view.over(primary);
    }

    static LiveTables open(
            Connections connections,
            TableRef primaryRef,
            List<String> destinations,
            View view,
            ReplicateCommand command) {
        LiveTables tables = new LiveTables(primaryRef, connections.open(primaryRef), view, command.common);
        tables.openReplicas(connections, destinations);
        tables.name(command);
        Iterator<DynamoTable> replicas = tables.replicas.iterator();
        for (String text : destinations) {
            tables.targets.add(
                    ObjectRef.isMeantBy(text)
                            ? tables.folder(connections, ObjectRef.parse(text), command)
                            : tables.replica(connections, TableRef.parse(text), replicas.next(), command));
        }
        return tables;
    }

    /** Looks at everything that was named before anything is made. */
    private void openReplicas(Connections connections, List<String> destinations) {
        Set<ObjectRef> named = new HashSet<>();
        for (String text : destinations) {
            if (!ObjectRef.isMeantBy(text)) {
                replicas.add(connections.replica().open(TableRef.parse(text)));
            } else if (!named.add(ObjectRef.parse(text))) {
                throw new InvalidSettingsException("replicate", text, "it is named twice", "");
            }
        }
        if (!replicas.isEmpty()) {
            Pairing.check("replicate", primaryTable, replicas);
        }
    }

    private Target replica(Connections connections, TableRef ref, DynamoTable replica, ReplicateCommand command) {
        PacedTable budgeted = command.common.budget.writing(new AwakeTable(replica, pulse), replica.description());
        boolean fromKinesis = command.kinesis != null;
        Destination destination = command.orderingGuard || fromKinesis
                ? guarded(connections, ref, replica, budgeted, command, fromKinesis)
                : new TableDestination(RetryingTable.over(budgeted, WITHIN_A_BATCH, Progress.NONE), writers);
        RetryingTable whole = RetryingTable.over(budgeted, command.common.retry(), Progress.NONE);
        return new Target(digest(replica.server() + " " + replica.id()), destination, Optional.of(whole), () -> {
            if (!DynamoTable.open(connections.replica().client(ref), ref).id().equals(replica.id())) {
                throw new ReplacedException(ref.text());
            }
        });
    }

    private Target folder(Connections connections, ObjectRef ref, ReplicateCommand command) {
        if (command.orderingGuard || command.kinesis != null) {
            throw new InvalidSettingsException(
                    "replicate", ref.text(), "a folder cannot be guarded against older changes", "Follow the stream");
        }
        RetryingObjects bucket = RetryingObjects.over(
                new AwakeObjects(connections.replica().bucket(ref, command.buckets.endpoint()), pulse),
                WITHIN_A_BATCH,
                Progress.NONE);
        folders.add(new Folder(bucket, ref));
        ObjectRef folder = ref.folder(primaryTable.description().tableName());
        return new Target(
                digest(folder.text()),
                new FolderDestination(new ItemFolder(bucket, folder, writers), writers),
                Optional.empty());
    }

    private Destination guarded(
            Connections connections,
            TableRef ref,
            DynamoTable replica,
            PacedTable budgeted,
            ReplicateCommand command,
            boolean fromKinesis) {
        String name = name(command) + "-Guard";
        GuardTable.create(connections.replica().client(ref), name);
        GuardTable guard = new GuardTable(
                connections.replica().client(ref),
                name,
                replica,
                budgeted.writes(),
                fromKinesis ? KINESIS_HORIZON : STREAM_HORIZON,
                WITHIN_A_BATCH,
                Progress.NONE);
        return new GuardedTable(ref.text(), guard, seen, fromKinesis, writers);
    }

    /** What was given, or a name that is the same for the same tables. */
    String name(ReplicateCommand command) {
        if (command.name != null) {
            if (!command.name.matches(NAME)) {
                throw new InvalidSettingsException(
                        "replicate",
                        "--name " + command.name,
                        "it is also a table's name: 3 to 200 letters, digits, '_', '-' or '.'",
                        "");
            }
            return command.name;
        }
        String table = primaryTable.description().tableName();
        String start = table.substring(0, Math.min(table.length(), TABLE_DIGITS));
        return "lockstep-" + start + "-" + digest(primaryTable.id() + " " + command.destinations);
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, ID_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    TableRef primaryRef() {
        return primaryRef;
    }

    DynamoTable primaryTable() {
        return primaryTable;
    }

    RetryingTable primary() {
        return primary;
    }

    /** The primary as its replicas should see it. */
    RetryingTable seen() {
        return seen;
    }

    List<DynamoTable> all() {
        List<DynamoTable> all = new ArrayList<>(replicas);
        all.add(0, primaryTable);
        return all;
    }

    List<Target> targets() {
        return targets;
    }

    /** Those of the targets that are on S3. */
    List<Folder> folders() {
        return folders;
    }

    Pool writers() {
        return writers;
    }

    @Override
    public void close() {
        writers.close();
        pulse.close();
    }
}
