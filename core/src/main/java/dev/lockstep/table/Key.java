package dev.lockstep.table;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A primary key, equal by value ({@code 1} and {@code 1.0} are one key, bytes are bytes). Immutable. */
public final class Key {
    private final AttributeValue partition;
    private final Optional<AttributeValue> sort;
    private final KeySchema schema;
    private final int hash;

    private Key(AttributeValue partition, Optional<AttributeValue> sort, KeySchema schema) {
        this.partition = partition;
        this.sort = sort;
        this.schema = schema;
        this.hash = 31 * Values.hash(partition) + sort.map(Values::hash).orElse(0);
    }

    static Key of(AttributeValue partition, Optional<AttributeValue> sort, KeySchema schema) {
        return new Key(partition, sort, schema);
    }

    /** The key attributes, partition key first. */
    public Map<String, AttributeValue> attributes() {
        Map<String, AttributeValue> attributes = new LinkedHashMap<>();
        attributes.put(schema.partition().name(), partition);
        sort.ifPresent(s -> attributes.put(schema.sort().orElseThrow().name(), s));
        return attributes;
    }

    public KeySchema schema() {
        return schema;
    }

    /** The same bytes for equal keys, other bytes for other keys. */
    public byte[] canonical() {
        return Canonical.of(attributes());
    }

    /** About how many bytes of heap this key holds. */
    public long heap() {
        return 64 + Values.heap(partition) + sort.map(Values::heap).orElse(0L);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key that
                && hash == that.hash
                && Values.equal(partition, that.partition)
                && sort.isPresent() == that.sort.isPresent()
                && sort.map(s -> Values.equal(s, that.sort.orElseThrow())).orElse(true);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** DynamoDB JSON on one line, control characters escaped: fit for messages and logs. */
    @Override
    public String toString() {
        return ItemJson.write(attributes());
    }
}
