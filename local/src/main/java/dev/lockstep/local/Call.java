package dev.lockstep.local;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One call of a client, as rules and hooks see it.
 *
 * @param api the operation, for example {@code PutItem}
 * @param tables names of the tables it speaks of, without ARNs; empty for ListTables and the like
 * @param request the client's JSON; an empty object where the body was none. Look, don't change
 * @param number how many calls of this operation came through the proxy before this one
 */
public record Call(String api, List<String> tables, JsonNode request, long number) {
    public Call {
        tables = List.copyOf(tables);
    }

    /** The first of the tables, or null. */
    public @Nullable String table() {
        return tables.isEmpty() ? null : tables.get(0);
    }

    static Call of(String api, JsonNode request, long number) {
        return new Call(api, tablesOf(request), request, number);
    }

    /** The name in a table's ARN; a name is itself. */
    static String tableName(String nameOrArn) {
        int at = nameOrArn.indexOf(":table/");
        return at < 0 ? nameOrArn : nameOrArn.substring(at + ":table/".length()).split("/", 2)[0];
    }

    private static List<String> tablesOf(JsonNode request) {
        List<String> names = new ArrayList<>();
        if (request.hasNonNull("TableName")) {
            names.add(tableName(Json.text(request, "TableName")));
        }
        request.path("RequestItems").propertyNames().forEach(name -> names.add(tableName(name)));
        for (JsonNode part : request.path("TransactItems")) {
            part.forEach(action -> names.add(tableName(Json.text(action, "TableName"))));
        }
        return names.stream().distinct().toList();
    }
}
