package dev.lockstep.table;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * One item: attribute names and values, equal by value as DynamoDB's own {@code =} is (numbers by value, sets without
 * order). Immutable as long as nobody changes the map it was made from.
 */
public final class Item {
    /** The largest item that DynamoDB takes, in bytes: 400 KB, inclusive. */
    public static final int MAX_BYTES = 409_600;

    /** Old global tables (version 2017.11.29) keep their own attributes in each item, under this prefix. */
    private static final String GLOBAL_TABLES = "aws:rep:";

    private final Map<String, AttributeValue> attributes;

    private Item(Map<String, AttributeValue> attributes) {
        this.attributes = attributes;
    }

    public static Item of(Map<String, AttributeValue> attributes) {
        return new Item(attributes);
    }

    public Map<String, AttributeValue> attributes() {
        return attributes;
    }

    /** Names of the attributes that differ or that only one of the two has, sorted. */
    public Set<String> differingFrom(Item other) {
        Set<String> names = new TreeSet<>(attributes.keySet());
        names.addAll(other.attributes.keySet());
        names.removeIf(name -> {
            AttributeValue a = attributes.get(name);
            AttributeValue b = other.attributes.get(name);
            return a != null && b != null && Values.equal(a, b);
        });
        return names;
    }

    /** This item with only those attributes whose names pass. */
    public Item only(Predicate<String> names) {
        if (attributes.keySet().stream().allMatch(names)) {
            return this;
        }
        Map<String, AttributeValue> kept = new LinkedHashMap<>(attributes);
        kept.keySet().removeIf(names.negate());
        return new Item(kept);
    }

    /** Whether the attribute belongs to the table's own replication: such ones are not compared and never copied. */
    public static boolean ofGlobalTables(String name) {
        return name.startsWith(GLOBAL_TABLES);
    }

    /** This item without the attributes that belong to the table it is in, not to the data. */
    public Item toCopy() {
        return only(name -> !ofGlobalTables(name));
    }

    /** This item with the other's attributes put over its own. */
    public Item with(Item other) {
        if (other.attributes.isEmpty()) {
            return this;
        }
        Map<String, AttributeValue> both = new LinkedHashMap<>(attributes);
        both.putAll(other.attributes);
        return new Item(both);
    }

    /** The same bytes for equal items, other bytes for other items. */
    public byte[] canonical() {
        return Canonical.of(attributes);
    }

    /** Size in bytes by DynamoDB's rule: UTF-8 names and values, see {@link #MAX_BYTES}. */
    public long size() {
        return Values.sizeOfMap(attributes);
    }

    /** About how many bytes of heap this item holds; an estimate for bounding memory. */
    public long heap() {
        return Values.heapOfMap(attributes);
    }

    /** False where a string holds a lone surrogate, which UTF-8 cannot carry. */
    public boolean encodable() {
        return Values.encodableMap(attributes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Item that && Values.equalMaps(attributes, that.attributes);
    }

    @Override
    public int hashCode() {
        return Values.hashMap(attributes);
    }

    /** Attribute names only: values are customers' data and do not belong in logs. */
    @Override
    public String toString() {
        return "Item" + attributes.keySet();
    }
}
