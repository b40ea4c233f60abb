package dev.lockstep.backup;

import dev.lockstep.table.Item;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What one line of a backup says of one item.
 *
 * @param key the key's attributes where the line tells them; else they are in the image
 * @param image the item; null where it was deleted
 * @param order of two states of one item in the same layer the one whose text is greater is the newer; empty where a layer
 *     has one state of each item
 */
public record ItemState(
        Optional<Map<String, AttributeValue>> key, @Nullable Item image, String order) {
    /** An item of a layer that has each item once. */
    public static ItemState of(Item item) {
        return new ItemState(Optional.empty(), item, "");
    }
}
