package dev.lockstep.table;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What must hold of the item in the table for a conditional write to take effect: these attributes equal, those absent.
 *
 * <p>It is how a compare-and-set is spelled in DynamoDB, with one gap that no condition can close: an attribute that is
 * in neither the old nor the new item is not seen. Whoever relies on it reads again afterwards (see {@code Repair}).
 */
public record Condition(Map<String, AttributeValue> equal, Set<String> absent) {
    /** DynamoDB's limit of operators and functions in one expression. */
    static final int MAX_OPERATORS = 300;
    /** DynamoDB's limit of an expression's length in bytes. */
    static final int MAX_EXPRESSION_BYTES = 4096;

    /** The item is still {@code before} (null: not there), as far as the attributes of both items tell. */
    public static Condition unchanged(Write write, @Nullable Item before) {
        if (before == null) {
            return new Condition(
                    Map.of(), Set.of(write.key().schema().partition().name()));
        }
        Set<String> others = new TreeSet<>();
        Item after = write.after();
        if (after != null) {
            others.addAll(after.attributes().keySet());
            others.removeAll(before.attributes().keySet());
        }
        return new Condition(before.attributes(), others);
    }

    /** The item still has this value in this one attribute, for items too large for {@link #unchanged}. */
    public static Condition attributeIs(String name, AttributeValue value) {
        return new Condition(Map.of(name, value), Set.of());
    }

    /** Whether DynamoDB takes a condition of this length: about 150 attributes. */
    public boolean fits() {
        int terms = equal.size() + absent.size();
        int operators = 2 * terms - 1;
        return operators <= MAX_OPERATORS
                && new ConditionExpression(this).text().length() <= MAX_EXPRESSION_BYTES;
    }

    /** Whether it holds of {@code current} (null: no such item), by the same rules as in DynamoDB. */
    public boolean holds(@Nullable Item current) {
        Map<String, AttributeValue> now = current == null ? Map.of() : current.attributes();
        return absent.stream().noneMatch(now::containsKey)
                && equal.entrySet().stream().allMatch(e -> {
                    AttributeValue value = now.get(e.getKey());
                    return value != null && Values.equal(value, e.getValue());
                });
    }
}
