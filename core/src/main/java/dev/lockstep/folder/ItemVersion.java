package dev.lockstep.folder;

import dev.lockstep.table.Item;
import java.time.Instant;
import java.util.Optional;

/**
 * One version of one item, as a backup knows it.
 *
 * @param at when it was written: in a folder whole seconds of the store's clock, in a change log the table's
 * @param object where it is kept
 * @param versionId the object's version, or in a change log the record's place; empty where it has none
 * @param item as it was; empty where it was deleted, or could not be read
 * @param expired whether it was deleted by TTL, as far as is known
 * @param problem why it could not be read, for instance that it lies in an archive; else empty
 */
public record ItemVersion(
        Instant at, String object, String versionId, Optional<Item> item, boolean expired, String problem) {
    public static ItemVersion deleted(Instant at, String object, String versionId) {
        return new ItemVersion(at, object, versionId, Optional.empty(), false, "");
    }

    public static ItemVersion unreadable(Instant at, String object, String versionId, String problem) {
        return new ItemVersion(at, object, versionId, Optional.empty(), false, problem);
    }

    public boolean isDelete() {
        return item.isEmpty() && problem.isEmpty();
    }
}
