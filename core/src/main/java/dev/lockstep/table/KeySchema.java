package dev.lockstep.table;

import dev.lockstep.LockstepException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/** A table's primary key: the partition key and, in some tables, a sort key. Equal schemas have equal names and types. */
public record KeySchema(KeyAttribute partition, Optional<KeyAttribute> sort) {

    static KeySchema of(TableDescription description) {
        return new KeySchema(attribute(description, KeyType.HASH).orElseThrow(), attribute(description, KeyType.RANGE));
    }

    private static Optional<KeyAttribute> attribute(TableDescription description, KeyType role) {
        return description.keySchema().stream()
                .filter(e -> e.keyType() == role)
                .findFirst()
                .flatMap(e -> description.attributeDefinitions().stream()
                        .filter(a -> a.attributeName().equals(e.attributeName()))
                        .findFirst())
                .map(a -> new KeyAttribute(a.attributeName(), a.attributeType()));
    }

    /** Partition key first, then the sort key where there is one. */
    public List<KeyAttribute> attributes() {
        return Stream.concat(Stream.of(partition), sort.stream()).toList();
    }

    /**
     * The key of an item.
     *
     * @throws LockstepException when a key attribute is absent: such an item cannot come from a table with this schema
     */
    public Key keyOf(Map<String, AttributeValue> attributes) {
        return Key.of(value(partition, attributes), sort.map(s -> value(s, attributes)), this);
    }

    /** Whether the attributes hold this key. */
    public boolean isKeyOf(Map<String, AttributeValue> attributes, Key key) {
        return attributes().stream().allMatch(a -> attributes.containsKey(a.name()))
                && keyOf(attributes).equals(key);
    }

    private static AttributeValue value(KeyAttribute attribute, Map<String, AttributeValue> attributes) {
        AttributeValue value = attributes.get(attribute.name());
        if (value == null) {
            throw new LockstepException("read", "item", "it lacks the key attribute " + attribute, "");
        }
        return value;
    }

    @Override
    public String toString() {
        return sort.map(s -> partition + ", " + s).orElseGet(partition::toString);
    }
}
