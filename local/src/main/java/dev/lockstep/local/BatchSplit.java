package dev.lockstep.local;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A batch request cut in two: what goes on, and what comes back unprocessed.
 *
 * @param forward the request with the kept entries only
 * @param withheld the others, a member for each table, as an answer lists them
 * @param kept how many entries go on
 * @param held how many are withheld
 */
record BatchSplit(ObjectNode forward, ObjectNode withheld, int kept, int held) {

    /** Whether this entry of this table (named as the request names it) goes on. Asked once an entry, in the request's order. */
    interface Keep {
        boolean test(String table, JsonNode entry);
    }

    static boolean isBatch(String api) {
        return api.equals("BatchWriteItem") || api.equals("BatchGetItem");
    }

    /** How many entries the batch has. */
    static int size(JsonNode request) {
        int size = 0;
        for (JsonNode ofTable : request.path("RequestItems")) {
            size += entries(ofTable).size();
        }
        return size;
    }

    /** Keeps the first so many entries. */
    static BatchSplit first(ObjectNode request, int count) {
        int[] seen = {0};
        return of(request, (table, entry) -> seen[0]++ < count);
    }

    static BatchSplit of(ObjectNode request, Keep keep) {
        ObjectNode on = Json.object();
        ObjectNode back = Json.object();
        int kept = 0;
        int held = 0;
        for (var ofTable : request.path("RequestItems").properties()) {
            ArrayNode keeps = on.arrayNode();
            ArrayNode holds = back.arrayNode();
            for (JsonNode entry : entries(ofTable.getValue())) {
                (keep.test(ofTable.getKey(), entry) ? keeps : holds).add(entry);
            }
            put(on, ofTable.getKey(), ofTable.getValue(), keeps);
            put(back, ofTable.getKey(), ofTable.getValue(), holds);
            kept += keeps.size();
            held += holds.size();
        }
        ObjectNode forward = Json.shallowCopy(request);
        forward.set("RequestItems", on);
        return new BatchSplit(forward, back, kept, held);
    }

    /** Adds the withheld entries to an answer. */
    ObjectNode addTo(ObjectNode answer, String api) {
        String member = api.equals("BatchWriteItem") ? "UnprocessedItems" : "UnprocessedKeys";
        ObjectNode unprocessed = answer.withObjectProperty(member);
        for (var ofTable : withheld.properties()) {
            JsonNode already = unprocessed.get(ofTable.getKey());
            if (already == null) {
                unprocessed.set(ofTable.getKey(), ofTable.getValue());
            } else {
                entries(ofTable.getValue()).forEach(entry -> ((ArrayNode) entries(already)).add(entry));
            }
        }
        return answer;
    }

    /** The answer where nothing went on. */
    ObjectNode answerAlone(String api) {
        ObjectNode answer = Json.object();
        if (api.equals("BatchGetItem")) {
            answer.putObject("Responses");
        }
        return addTo(answer, api);
    }

    /** Writes are listed directly; keys stand beside their table's projection and consistency. */
    private static JsonNode entries(JsonNode ofTable) {
        return ofTable.isArray() ? ofTable : ofTable.path("Keys");
    }

    private static void put(ObjectNode all, String table, JsonNode model, ArrayNode entries) {
        if (entries.isEmpty()) {
            return;
        }
        if (model instanceof ObjectNode keys) {
            ObjectNode some = Json.shallowCopy(keys);
            some.set("Keys", entries);
            all.set(table, some);
        } else {
            all.set(table, entries);
        }
    }
}
