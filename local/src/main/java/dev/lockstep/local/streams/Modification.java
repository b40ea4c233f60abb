package dev.lockstep.local.streams;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Identity;
import software.amazon.awssdk.services.dynamodb.model.OperationType;

/**
 * One write that changed an item.
 *
 * @param before null for an insert
 * @param after null for a removal
 * @param by who did it, where it was no client
 */
record Modification(
        Map<String, AttributeValue> key,
        @Nullable Map<String, AttributeValue> before,
        @Nullable Map<String, AttributeValue> after,
        @Nullable Identity by) {
    OperationType kind() {
        if (after == null) {
            return OperationType.REMOVE;
        }
        return before == null ? OperationType.INSERT : OperationType.MODIFY;
    }
}
