package dev.lockstep.change;

import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;

/** A record of a stream as it came, not yet understood. */
public interface StreamRecord {
    /** Its sequence number in its shard: a decimal number, for DynamoDB Streams of up to 40 digits. */
    String sequence();

    /**
     * What it says.
     *
     * @throws MalformedItemException where it is not a record of a table with this key, or holds what cannot be carried
     *     exactly; it will say the same at the next try
     */
    Change read(KeySchema keys) throws MalformedItemException;

    /** The whole record as one line of JSON, for a dead letter; it holds item values. */
    String json();
}
