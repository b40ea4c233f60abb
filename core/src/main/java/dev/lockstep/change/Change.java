package dev.lockstep.change;

import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.Write;
import org.jspecify.annotations.Nullable;

/**
 * What one stream record says happened to one item.
 *
 * @param image the item afterwards; null where it was deleted, or where the stream's view does not tell ({@code READ})
 * @param order tells which of two changes of <em>one</em> item is newer, by comparing the texts; it means nothing between
 *     items, and nothing between streams
 * @param sequence the record's sequence number in its shard, as the stream gave it
 * @param createdMillis when the change was made, by the service's clock (milliseconds since 1970); DynamoDB Streams tells
 *     whole seconds, rounded down
 * @param expired whether it is a delete by TTL
 */
public record Change(
        Key key,
        Effect effect,
        @Nullable Item image,
        String order,
        String sequence,
        long createdMillis,
        boolean expired) {

    /** What it did to the item. */
    public enum Effect {
        /** The item now is {@link Change#image}. */
        PUT,
        /** There is no such item now. */
        DELETE,
        /** The record does not say (KEYS_ONLY and OLD_IMAGE streams, times that tie): the primary must be asked. */
        READ
    }

    /** The same change with the image that the primary gave; null where it has no such item. */
    public Change resolved(@Nullable Item found) {
        Effect now = found == null ? Effect.DELETE : Effect.PUT;
        return new Change(key, now, found, order, sequence, createdMillis, expired);
    }

    /** The same change, whose outcome must be read from the primary. */
    public Change unresolved() {
        return new Change(key, Effect.READ, null, order, sequence, createdMillis, expired);
    }

    /** The write that repeats it. Attributes that belong to the primary's own replication are left out. */
    public Write write() {
        if (effect == Effect.READ) {
            throw new IllegalStateException("the outcome of this change must be read first");
        }
        return Write.making(key, image == null ? null : image.toCopy());
    }
}
