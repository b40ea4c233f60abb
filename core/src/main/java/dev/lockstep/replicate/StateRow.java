package dev.lockstep.replicate;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.Write;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * One row of the state table, in which the processes of one name keep what they must agree on. Its key is the string
 * attribute {@code id}. Immutable.
 */
public final class StateRow {
    /** The state table's only key attribute. */
    public static final String ID = "id";

    private final Map<String, AttributeValue> attributes;

    private StateRow(Map<String, AttributeValue> attributes) {
        this.attributes = attributes;
    }

    public static StateRow named(String id) {
        return new StateRow(Map.of(ID, AttributeValue.fromS(id)));
    }

    public static StateRow of(Item item) {
        return new StateRow(item.attributes());
    }

    public StateRow with(String name, AttributeValue value) {
        Map<String, AttributeValue> more = new LinkedHashMap<>(attributes);
        more.put(name, value);
        return new StateRow(more);
    }

    public StateRow with(String name, String value) {
        return with(name, AttributeValue.fromS(value));
    }

    public StateRow with(String name, long value) {
        return with(name, AttributeValue.fromN(Long.toString(value)));
    }

    public String id() {
        return text(ID);
    }

    public boolean has(String name) {
        return attributes.containsKey(name);
    }

    public String text(String name) {
        return required(name, AttributeValue::s);
    }

    public long number(String name) {
        return Long.parseLong(required(name, AttributeValue::n));
    }

    public List<String> texts(String name) {
        return required(name, v -> v.hasL() ? v.l() : null).stream()
                .map(AttributeValue::s)
                .toList();
    }

    public Map<String, AttributeValue> map(String name) {
        return required(name, v -> v.hasM() ? v.m() : null);
    }

    private <T> T required(String name, Function<AttributeValue, @Nullable T> type) {
        return Optional.ofNullable(attributes.get(name))
                .map(type)
                .orElseThrow(() -> new LockstepException(
                        "read", "state", "a row lacks the attribute '" + name + "'", "Is it another program's table?"));
    }

    /** Where the row is. */
    public Key key(KeySchema keys) {
        return keys.keyOf(attributes);
    }

    /** The write that puts the row. */
    public Write put(KeySchema keys) {
        return Write.making(key(keys), Item.of(attributes));
    }
}
