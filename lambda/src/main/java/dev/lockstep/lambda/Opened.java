package dev.lockstep.lambda;

import dev.lockstep.backup.ChangeLogWriter;
import dev.lockstep.replicate.Destination;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.RetryingTable;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * Where the changes of one source go.
 *
 * @param primary asked for what the stream does not tell
 * @param logs get every record, before the targets
 * @param readThrough whether the primary is asked for every item: the stream has no order that could be relied on, and
 *     nothing keeps older changes back
 */
record Opened(
        KeySchema keys,
        Optional<RetryingTable> primary,
        List<Target> targets,
        List<ChangeLogWriter> logs,
        boolean readThrough) {
    /** Without change logs. */
    Opened(KeySchema keys, Optional<RetryingTable> primary, List<Target> targets, boolean readThrough) {
        this(keys, primary, targets, List.of(), readThrough);
    }

    /**
     * A destination.
     *
     * @param batch how many changes a call takes; a call of so many makes no threads of its own
     * @param pauses is told why calls are made again
     */
    record Target(Destination destination, int batch, Pauses pauses) {}

    /** For an event that does not even tell its table: none of its records can be read. */
    static Opened nothing() {
        KeySchema none = new KeySchema(new KeyAttribute("", ScalarAttributeType.S), Optional.empty());
        return new Opened(none, Optional.empty(), List.of(), false);
    }

    /** Opens the destinations, once for each source. */
    interface Opener {
        /**
         * Opens as much as can be opened before the first event, so that wrong settings are told at once.
         *
         * @throws dev.lockstep.LockstepException retryable where a service is away
         */
        void prepare();

        /** @throws dev.lockstep.LockstepException retryable where a service is away */
        Opened open(Event event);
    }
}
