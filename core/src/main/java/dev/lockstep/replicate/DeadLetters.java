package dev.lockstep.replicate;

import dev.lockstep.LockstepException;
import dev.lockstep.change.StreamRecord;
import java.util.List;

/** Where records go that can never be applied, so that the others need not wait. Thread-safe. */
public interface DeadLetters {
    /** Keeps letters; they are durable when this returns. */
    void park(List<Letter> letters);

    /**
     * One record that could not be applied.
     *
     * @param destination whose it is; empty where the record cannot be understood at all
     * @param error why, without item values
     */
    record Letter(String shard, StreamRecord record, String destination, String error) {}

    /** No place for them: the first one stops the worker, and nothing is skipped. */
    DeadLetters NONE = letters -> {
        Letter first = letters.get(0);
        String where = first.destination().isEmpty() ? "" : " to " + first.destination();
        throw new LockstepException(
                "replicate",
                "record " + first.record().sequence() + " of " + first.shard() + where,
                first.error(),
                "Nothing was skipped. With --dead-letter FILE such records are set aside there, and FILE tells which item to"
                        + " mend");
    };
}
