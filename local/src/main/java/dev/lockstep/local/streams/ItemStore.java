package dev.lockstep.local.streams;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Identity;

/** Items by key. A write is a modification only if it changes the item. Not thread-safe: the fake guards it. */
final class ItemStore {
    /** What deletes by time to live: "type is Service and principalId is dynamodb.amazonaws.com". */
    static final Identity TIME_TO_LIVE = Identity.builder()
            .type("Service")
            .principalId("dynamodb.amazonaws.com")
            .build();

    private final List<String> keys;
    private final Map<Map<String, AttributeValue>, Map<String, AttributeValue>> items = new LinkedHashMap<>();

    /** With the names of the partition key and, if there are two, the sort key. */
    ItemStore(List<String> keys) {
        this.keys = List.copyOf(keys);
    }

    List<String> keys() {
        return keys;
    }

    Map<Map<String, AttributeValue>, Map<String, AttributeValue>> items() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(items));
    }

    Optional<Modification> put(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> stored = StoredItem.of(item);
        Map<String, AttributeValue> key = keyOf(stored);
        return changed(key, items.put(key, stored), stored, null);
    }

    Optional<Modification> delete(Map<String, AttributeValue> key, @Nullable Identity by) {
        Map<String, AttributeValue> stored = keyOf(StoredItem.of(key));
        return changed(stored, items.remove(stored), null, by);
    }

    private static Optional<Modification> changed(
            Map<String, AttributeValue> key,
            @Nullable Map<String, AttributeValue> before,
            @Nullable Map<String, AttributeValue> after,
            @Nullable Identity by) {
        return Objects.equals(before, after) ? Optional.empty() : Optional.of(new Modification(key, before, after, by));
    }

    /** What decides the shard of an item. */
    String partition(Map<String, AttributeValue> item) {
        return String.valueOf(keyOf(StoredItem.of(item)).get(keys.get(0)));
    }

    private Map<String, AttributeValue> keyOf(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> key = new TreeMap<>();
        for (String attribute : keys) {
            AttributeValue value = item.get(attribute);
            if (value == null) {
                throw new IllegalArgumentException("the item lacks the key attribute " + attribute);
            }
            key.put(attribute, value);
        }
        return Collections.unmodifiableMap(key);
    }
}
