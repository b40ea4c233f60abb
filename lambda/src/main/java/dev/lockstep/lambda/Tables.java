package dev.lockstep.lambda;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.TableRef;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/** The tables of a function, each described once as long as it lives. */
final class Tables {
    /** For as long as the event's deadline allows: what Lambda retries in its stead counts against its limit. */
    static final RetryPolicy UNTIL_STOPPED =
            new RetryPolicy(Integer.MAX_VALUE, Duration.ofMillis(50), Duration.ofSeconds(5));

    private final Clients clients;
    private final Map<TableRef, DynamoTable> opened = new HashMap<>();

    Tables(Clients clients) {
        this.clients = clients;
    }

    Clients clients() {
        return clients;
    }

    synchronized DynamoTable open(TableRef ref, Optional<AwsBasicCredentials> credentials) {
        DynamoTable known = opened.get(ref);
        if (known == null) {
            known = DynamoTable.open(clients.of(ref, credentials), ref);
            opened.put(ref, known);
        }
        return known;
    }

    RetryingTable patient(DynamoTable table, RetryingTable.Listener listener) {
        return RetryingTable.over(table, UNTIL_STOPPED, listener);
    }

    /** The primary of an event, which must be the one that its stream belongs to. */
    Optional<DynamoTable> primary(Optional<TableRef> named, Source source) {
        Optional<DynamoTable> primary = named.map(ref -> open(ref, Optional.empty()));
        primary.ifPresent(table -> {
            boolean told = !source.table().isEmpty();
            if (told && !table.description().tableName().equals(source.table())) {
                throw new InvalidSettingsException(
                        "read",
                        "event",
                        "it is of table " + source.table() + ", and LOCKSTEP_PRIMARY is " + table.name(),
                        "Give each table a function of its own");
            }
        });
        return primary;
    }
}
