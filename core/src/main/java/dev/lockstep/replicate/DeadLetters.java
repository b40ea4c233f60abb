package dev.lockstep.replicate;

import dev.lockstep.LockstepException;
import dev.lockstep.change.DynamoRecord;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** Where records go that can never be applied, so that the others need not wait. Thread-safe. */
public interface DeadLetters {
    /** Keeps letters; they are durable when this returns. */
    void park(List<Letter> letters);

    /**
     * One record that could not be applied, or one item.
     *
     * @param shard where the record was, or where the item was met: in the backlog, in the first copy
     * @param destination whose it is; empty where the record cannot be understood at all
     * @param error why, without item values
     */
    record Letter(String shard, StreamRecord record, String destination, String error) {
        /** Of an item that no record is at hand of, with the item as the primary had it (null: it had none). */
        public static Letter ofItem(String where, Key key, @Nullable Item item, String destination, String error) {
            Record record = Record.builder()
                    .eventName(item == null ? OperationType.REMOVE : OperationType.MODIFY)
                    .dynamodb(d -> d.keys(key.attributes())
                            .newImage(item == null ? null : item.attributes())
                            .streamViewType(StreamViewType.NEW_IMAGE))
                    .build();
            return new Letter(where, new DynamoRecord(record), destination, error);
        }

        private String subject() {
            String sequence = record.sequence();
            String what = sequence.isEmpty() ? "an item of " : "record " + sequence + " of ";
            return what + shard + (destination.isEmpty() ? "" : " to " + destination);
        }
    }

    /** No place for them: the first one stops the worker, and nothing is skipped. */
    DeadLetters NONE = letters -> {
        Letter first = letters.get(0);
        throw new LockstepException(
                "replicate",
                first.subject(),
                first.error(),
                "Nothing was skipped. With --dead-letter FILE such records are set aside there, and FILE tells which item to"
                        + " mend");
    };
}
