package dev.lockstep.lambda;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.lambda.Opened.Target;
import dev.lockstep.lambda.Settings.Replica;
import dev.lockstep.lambda.Source.Kind;
import dev.lockstep.replicate.Destination;
import dev.lockstep.replicate.GuardedTable;
import dev.lockstep.replicate.TableDestination;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.GuardTable;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Opens the replicas. */
final class ReplicaOpener implements Opened.Opener {
    /** A stream keeps a day, Kinesis up to a year; but who replays more than a week copies anew. */
    private static final Duration DYNAMO_HORIZON = Duration.ofDays(2);

    private static final Duration KINESIS_HORIZON = Duration.ofDays(8);

    private final Settings settings;
    private final Tables tables;
    /** Never used: destinations get no more at once than they write with one call. */
    private final Pool pool = Pool.unbounded("write");

    ReplicaOpener(Settings settings, Tables tables) {
        this.settings = settings;
        this.tables = tables;
    }

    @Override
    public void prepare() {
        KeySchema keys = replica(settings.replicas().get(0)).keys();
        settings.replicas().forEach(replica -> requireSameKey(keys, replica(replica)));
        settings.primary().ifPresent(ref -> requireSameKey(keys, tables.open(ref, Optional.empty())));
    }

    private DynamoTable replica(Replica replica) {
        return tables.open(replica.table(), replica.credentials());
    }

    private static void requireSameKey(KeySchema keys, DynamoTable table) {
        if (!table.keys().equals(keys)) {
            throw new InvalidSettingsException(
                    "open",
                    table.name(),
                    "its key is " + table.keys() + ", and that of the others " + keys,
                    "A replica has the primary's key");
        }
    }

    @Override
    public Opened open(Event event) {
        prepare();
        boolean kinesis = event.source().kind() == Kind.KINESIS;
        Optional<DynamoTable> primary = tables.primary(settings.primary(), event.source());
        requireOther(primary, event.source());
        List<Target> targets = settings.replicas().stream()
                .map(replica -> target(replica, primary, kinesis))
                .toList();
        return new Opened(
                replica(settings.replicas().get(0)).keys(),
                primary.map(table -> tables.patient(table, RetryingTable.Listener.NONE)),
                targets,
                kinesis && settings.guard().isEmpty());
    }

    /** A function that writes into the table that calls it never ends. */
    private void requireOther(Optional<DynamoTable> primary, Source source) {
        for (Replica replica : settings.replicas()) {
            DynamoTable table = replica(replica);
            boolean same = primary.map(
                            p -> p.id().equals(table.id()) && p.server().equals(table.server()))
                    .orElseGet(() -> source.arn().startsWith(table.description().tableArn() + "/stream/"));
            if (same && table.description().tableId() != null) {
                throw new InvalidSettingsException(
                        "open", table.name(), "it is the table whose stream this is", "Name another replica");
            }
        }
    }

    private Target target(Replica replica, Optional<DynamoTable> primary, boolean kinesis) {
        DynamoTable table = replica(replica);
        Pauses pauses = new Pauses();
        Destination destination = settings.guard()
                .<Destination>map(name -> guarded(name, replica, primary.orElseThrow(), kinesis, pauses))
                .orElseGet(() -> new TableDestination(tables.patient(table, pauses), pool));
        return new Target(destination, Table.MAX_WRITE, pauses);
    }

    private Destination guarded(String name, Replica replica, DynamoTable primary, boolean kinesis, Pauses pauses) {
        DynamoTable table = replica(replica);
        GuardTable guard = new GuardTable(
                tables.clients().of(replica.table(), replica.credentials()),
                name,
                table,
                kinesis ? KINESIS_HORIZON : DYNAMO_HORIZON,
                Tables.UNTIL_STOPPED,
                pauses);
        return new GuardedTable(table.name(), guard, tables.patient(primary, pauses), kinesis, pool);
    }
}
