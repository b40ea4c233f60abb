package dev.lockstep.table;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What replicas should hold in place of an item of the primary; for their users to implement.
 *
 * <p>It must make equal items of equal ones, whenever it is asked, leave the key as it is (that is checked), not change the
 * item that it is given, and be thread-safe.
 */
@FunctionalInterface
public interface ItemTransformation {
    Item apply(Item item);

    /** This one, then the other. */
    default ItemTransformation then(ItemTransformation next) {
        return item -> next.apply(apply(item));
    }

    /** Leaves out the attributes of these names. */
    static ItemTransformation dropping(String... names) {
        Set<String> dropped = Set.of(names);
        return item -> item.only(name -> !dropped.contains(name));
    }

    /** Gives an attribute another name, in place of one that has that name already. */
    static ItemTransformation renaming(String from, String to) {
        return item -> {
            AttributeValue value = item.attributes().get(from);
            return value == null ? item : item.only(name -> !name.equals(from)).with(Item.of(Map.of(to, value)));
        };
    }

    /** Puts one and the same string in place of the values of these attributes, where an item has them. */
    static ItemTransformation masking(String mask, String... names) {
        return replacing(value -> AttributeValue.fromS(mask), names);
    }

    /** Puts what the function makes of them in place of the values of these attributes, where an item has them. */
    static ItemTransformation replacing(Function<AttributeValue, AttributeValue> values, String... names) {
        return item -> {
            Map<String, AttributeValue> replaced = new LinkedHashMap<>();
            Arrays.stream(names)
                    .filter(item.attributes()::containsKey)
                    .forEach(name ->
                            replaced.put(name, values.apply(item.attributes().get(name))));
            return item.with(Item.of(replaced));
        };
    }
}
