package dev.lockstep.change;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The key of a record, which must be that of the table. */
final class StreamKeys {
    private StreamKeys() {}

    static Key read(Map<String, AttributeValue> attributes, KeySchema keys) throws MalformedItemException {
        try {
            return keys.keyOf(attributes);
        } catch (LockstepException e) {
            throw new MalformedItemException("a stream record of another table: " + e.problem());
        }
    }
}
