package dev.lockstep.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A {@link Condition} in DynamoDB's expression language; every name and value goes by placeholder. */
final class ConditionExpression {
    private final List<String> terms = new ArrayList<>();
    private final Map<String, String> names = new LinkedHashMap<>();
    private final Map<String, AttributeValue> values = new LinkedHashMap<>();

    ConditionExpression(Condition condition) {
        condition.equal().forEach((name, value) -> {
            String n = name(name);
            String v = ":" + values.size();
            values.put(v, value);
            terms.add(n + "=" + v);
        });
        condition.absent().forEach(name -> terms.add("attribute_not_exists(" + name(name) + ")"));
    }

    private String name(String name) {
        String placeholder = "#" + names.size();
        names.put(placeholder, name);
        return placeholder;
    }

    String text() {
        return String.join(" AND ", terms);
    }

    Map<String, String> names() {
        return names;
    }

    Map<String, AttributeValue> values() {
        return values;
    }
}
