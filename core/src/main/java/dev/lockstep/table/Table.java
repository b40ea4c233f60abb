package dev.lockstep.table;

import dev.lockstep.LockstepException;
import dev.lockstep.capacity.Usage;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One DynamoDB table: the four calls that everything here is made of.
 *
 * <p>Every call blocks the calling thread and may be made from any thread. A call may be answered in part (that is what
 * the {@code unprocessed} parts of the answers are for) or fail with a {@link LockstepException}, whose {@code
 * retryable} says whether the same call may be made again. A write that failed so has an unknown outcome: it may have
 * taken effect. Wrap a table in {@link RetryingTable} to get whole answers.
 */
public interface Table {
    /** How many keys one {@link #read} takes: DynamoDB's limit of BatchGetItem. */
    int MAX_READ = 100;
    /** How many writes one {@link #write} takes: DynamoDB's limit of BatchWriteItem. */
    int MAX_WRITE = 25;

    /** The table's name for people: in results, messages and logs. */
    String name();

    /** DynamoDB's own id of this table; a table that is deleted and created again has another. */
    String id();

    /** The table's ARN; empty for a table that has none. */
    default String arn() {
        return "";
    }

    /** Where the table is, for stores whose ids are not unique in the world; empty where they are. */
    default String server() {
        return "";
    }

    KeySchema keys();

    /** DynamoDB's own count of items and bytes when the table was opened; it may be six hours old. */
    Size size();

    /** What the calls on this table have consumed so far. */
    Usage usage();

    /**
     * One page of a scan: at most 1 MB, possibly empty; only a page without {@code next} is the last.
     *
     * @param start where the page before ended; null for the first
     * @param limit at most so many items, 0 for as many as fit
     */
    Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency);

    /** Reads items by key, at most {@link #MAX_READ} different keys. A key in neither part of the answer has no item. */
    Found read(Collection<Key> keys, Consistency consistency);

    /**
     * Writes without conditions, at most {@link #MAX_WRITE} writes of different keys.
     *
     * @return the writes that were not done and may be tried again
     * @throws LockstepException before anything is sent, where an item cannot be carried exactly
     */
    List<Write> write(List<Write> writes);

    /**
     * Writes where the condition holds, else leaves the table as it is.
     *
     * @throws LockstepException before anything is sent, where an item cannot be carried exactly
     */
    Swapped writeIf(Write write, Condition condition);

    /** Eventually consistent reads cost half; strong reads see every write that was answered before they began. */
    enum Consistency {
        EVENTUAL,
        STRONG
    }

    record Size(long items, long bytes) {}

    record Page(List<Item> items, @Nullable Key next) {}

    record Found(Map<Key, Item> items, List<Key> unprocessed) {}

    /**
     * What came of a conditional write.
     *
     * @param found where it was not applied: the item that stood in the way, null if there was none
     */
    record Swapped(boolean applied, @Nullable Item found) {}
}
