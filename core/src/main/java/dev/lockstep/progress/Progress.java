package dev.lockstep.progress;

import dev.lockstep.table.RetryingTable;
import java.time.Duration;

/** What a long job tells while it runs. All methods may be called from any thread, often; they must be quick. */
public interface Progress extends RetryingTable.Listener {
    Progress NONE = new Progress() {};

    /** About how many primary items the job will read; DynamoDB's own count is up to six hours old. */
    default void expecting(long items) {}

    /** So many more primary items were read. */
    default void read(long items) {}

    /** The items are all read; what else the job does is not told here. */
    default void finished() {}

    /** Something that the user should know though the job goes on; one line. */
    default void warning(String message) {}

    @Override
    default void pausing(String table, String operation, String why, Duration pause) {}
}
