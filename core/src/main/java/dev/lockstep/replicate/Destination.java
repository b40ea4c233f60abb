package dev.lockstep.replicate;

import dev.lockstep.LockstepException;
import dev.lockstep.change.Change;
import java.util.Collection;
import java.util.List;

/**
 * A place that follows the primary: a table, or a folder of items in an object store.
 *
 * <p>Applying the same changes again is harmless: the newest of each key is there in the end as long as each key's
 * changes come in order. Thread-safe: shards are served side by side, and no key is in two of them at once.
 */
public interface Destination {
    /** As the user named it: in results, messages and on the status page. */
    String name();

    /**
     * Applies changes of different keys, none of them with {@link Change.Effect#READ}.
     *
     * @return when all are durable but those returned: what this destination will never take (the service says that the
     *     item itself is wrong), each with the reason
     * @throws LockstepException where the destination is away, throttled beyond its patience or may not be written; any
     *     part of the changes may have been applied
     */
    List<Refused> apply(Collection<Change> changes);

    /** A change that cannot be applied, however often it is tried. */
    record Refused(Change change, LockstepException reason) {}
}
