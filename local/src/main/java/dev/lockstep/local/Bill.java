package dev.lockstep.local;

import static dev.lockstep.local.CapacityRules.itemSize;
import static dev.lockstep.local.CapacityRules.readUnits;
import static dev.lockstep.local.CapacityRules.writeUnits;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What a call costs, by request and answer. Reads that show only part of an item (projection, filter, count, index) are charged what the
 * upstream claims, since AWS charges whole items. Failed calls cost nothing, but for a failed condition, which AWS bills. Stateless.
 */
final class Bill {
    private static final Set<String> METERED = Set.of(
            "Scan",
            "Query",
            "GetItem",
            "BatchGetItem",
            "PutItem",
            "DeleteItem",
            "UpdateItem",
            "BatchWriteItem",
            "TransactWriteItems",
            "TransactGetItems");
    private static final Set<String> WRITES = Set.of("PutItem", "DeleteItem", "UpdateItem", "BatchWriteItem");
    private static final List<String> NARROWING = List.of(
            "AttributesToGet", "ProjectionExpression", "FilterExpression", "ScanFilter", "QueryFilter", "IndexName");

    private Bill() {}

    static boolean meters(String api) {
        return METERED.contains(api);
    }

    static boolean writes(String api) {
        return WRITES.contains(api) || api.equals("TransactWriteItems");
    }

    static List<Charge> of(String api, JsonNode request, JsonNode answer) {
        return switch (api) {
            case "Scan", "Query" -> List.of(page(request, answer));
            case "GetItem" -> List.of(get(request, answer));
            case "BatchGetItem" -> batchGet(request, answer);
            case "BatchWriteItem" -> batchWrite(request, answer);
            case "PutItem", "DeleteItem", "UpdateItem" -> List.of(write(api, request, answer));
            case "TransactWriteItems" -> transactWrite(request);
            case "TransactGetItems" -> transactGet(request, answer);
            default -> List.of();
        };
    }

    /** A condition that failed is billed by the larger of the item offered and the item found (where the answer shows it). */
    static List<Charge> ofFailed(String api, JsonNode request, JsonNode answer) {
        if (!WRITES.contains(api) || !Json.text(answer, "__type").endsWith("ConditionalCheckFailedException")) {
            return List.of();
        }
        long size = Math.max(itemSize(request.path("Item")), itemSize(answer.path("Item")));
        return List.of(Charge.write(Json.text(request, "TableName"), writeUnits(size), 0));
    }

    /** The units of one entry of a BatchWriteItem; an old item's size is not known here. */
    static double entryUnits(JsonNode entry) {
        return writeUnits(itemSize(entry.path("PutRequest").path("Item")));
    }

    private static Charge page(JsonNode request, JsonNode answer) {
        String table = Json.text(request, "TableName");
        if (narrow(request)) {
            return Charge.read(table, claimed(answer, table));
        }
        long bytes = 0;
        for (JsonNode item : answer.path("Items")) {
            bytes += itemSize(item);
        }
        return Charge.read(table, readUnits(bytes, consistent(request)));
    }

    private static Charge get(JsonNode request, JsonNode answer) {
        String table = Json.text(request, "TableName");
        double units = narrow(request)
                ? claimed(answer, table)
                : readUnits(itemSize(answer.path("Item")), consistent(request));
        return Charge.read(table, units);
    }

    private static List<Charge> batchGet(JsonNode request, JsonNode answer) {
        List<Charge> charges = new ArrayList<>();
        for (var ofTable : request.path("RequestItems").properties()) {
            charges.add(batchGet(ofTable.getKey(), ofTable.getValue(), answer));
        }
        return charges;
    }

    private static Charge batchGet(String table, JsonNode asked, JsonNode answer) {
        if (narrow(asked)) {
            return Charge.read(table, claimed(answer, table));
        }
        JsonNode found = answer.path("Responses").path(table);
        int unprocessed =
                answer.path("UnprocessedKeys").path(table).path("Keys").size();
        double units = (asked.path("Keys").size() - unprocessed - found.size()) * readUnits(0, consistent(asked));
        for (JsonNode item : found) {
            units += readUnits(itemSize(item), consistent(asked));
        }
        return Charge.read(table, units);
    }

    private static List<Charge> batchWrite(JsonNode request, JsonNode answer) {
        List<Charge> charges = new ArrayList<>();
        for (var ofTable : request.path("RequestItems").properties()) {
            double units = 0;
            for (JsonNode entry : ofTable.getValue()) {
                units += entryUnits(entry);
            }
            for (JsonNode entry : answer.path("UnprocessedItems").path(ofTable.getKey())) {
                units -= entryUnits(entry);
            }
            charges.add(Charge.write(ofTable.getKey(), units, claimed(answer, ofTable.getKey())));
        }
        return charges;
    }

    private static Charge write(String api, JsonNode request, JsonNode answer) {
        String table = Json.text(request, "TableName");
        double measured = api.equals("PutItem") ? writeUnits(itemSize(request.path("Item"))) : 1;
        return Charge.write(table, measured, claimed(answer, table));
    }

    private static List<Charge> transactWrite(JsonNode request) {
        List<Charge> charges = new ArrayList<>();
        for (JsonNode part : request.path("TransactItems")) {
            part.forEach(action -> charges.add(
                    Charge.write(Json.text(action, "TableName"), 2 * writeUnits(itemSize(action.path("Item"))), 0)));
        }
        return charges;
    }

    private static List<Charge> transactGet(JsonNode request, JsonNode answer) {
        List<Charge> charges = new ArrayList<>();
        for (JsonNode part : request.path("TransactItems")) {
            JsonNode item = answer.path("Responses").path(charges.size()).path("Item");
            String table = Json.text(part.path("Get"), "TableName");
            charges.add(Charge.read(table, 2 * readUnits(itemSize(item), true)));
        }
        return charges;
    }

    private static boolean narrow(JsonNode request) {
        return NARROWING.stream().anyMatch(request::hasNonNull)
                || Json.text(request, "Select").equals("COUNT");
    }

    private static boolean consistent(JsonNode request) {
        return request.path("ConsistentRead").asBoolean(false);
    }

    /** What the upstream says this table was charged; 0 where it says nothing. */
    private static double claimed(JsonNode answer, String table) {
        JsonNode consumed = answer.path("ConsumedCapacity");
        Iterable<JsonNode> all = consumed.isArray() ? consumed : List.of(consumed);
        double units = 0;
        for (JsonNode each : all) {
            if (Call.tableName(Json.text(each, "TableName")).equals(Call.tableName(table))) {
                units += each.path("CapacityUnits").asDouble(0);
            }
        }
        return units;
    }
}
