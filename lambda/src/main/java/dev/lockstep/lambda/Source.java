package dev.lockstep.lambda;

import dev.lockstep.table.TableRef;
import java.util.Optional;

/**
 * What an event came from.
 *
 * @param arn of the stream
 * @param region of the table
 * @param table the primary's name
 */
record Source(Kind kind, String arn, String region, String table) {
    /** Which of the two kinds of stream. */
    enum Kind {
        DYNAMODB,
        KINESIS
    }

    TableRef tableRef() {
        return new TableRef(region + "/" + table, Optional.of(region), Optional.empty(), table);
    }
}
