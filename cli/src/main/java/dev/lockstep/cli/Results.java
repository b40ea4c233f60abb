package dev.lockstep.cli;

import dev.lockstep.capacity.Usage;
import dev.lockstep.table.ItemJson;
import dev.lockstep.verify.DiffResult;
import dev.lockstep.verify.Discrepancy;
import dev.lockstep.verify.Sample;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Results as JSON objects. Fields may be added, never renamed: scripts rely on them. */
final class Results {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private Results() {}

    static ObjectNode diff(DiffResult result) {
        ObjectNode json = JSON.objectNode();
        json.put("primary", result.primary()).put("segments", result.segments());
        var replicas = json.putArray("replicas");
        result.replicas().forEach(r -> replicas.add(replica(r)));
        result.sample().ifPresent(sample -> json.set("sample", sample(sample)));
        consumed(json, result.usage());
        return json.put("elapsedMillis", result.elapsed().toMillis());
    }

    private static ObjectNode replica(DiffResult.Replica replica) {
        DiffResult.Counts counts = replica.counts();
        return JSON.objectNode()
                .put("replica", replica.name())
                .put("compared", counts.compared())
                .put("same", counts.same())
                .put("missing", counts.missing())
                .put("different", counts.different())
                .put("extra", counts.extra())
                .put("unsettled", counts.unsettled())
                .put("repaired", counts.repaired());
    }

    private static ObjectNode sample(Sample sample) {
        ObjectNode json =
                JSON.objectNode().put("segments", sample.segments()).put("totalSegments", sample.totalSegments());
        ObjectNode estimates = json.putObject("estimates");
        sample.estimates().forEach((replica, byKind) -> {
            ObjectNode kinds = estimates.putObject(replica);
            byKind.forEach((kind, e) -> kinds.putObject(kind)
                    .put("count", Math.round(e.count()))
                    .put("low", Math.round(Math.floor(e.low())))
                    .put("high", Math.round(Math.ceil(e.high()))));
        });
        return json;
    }

    /** Adds what the tables' calls used: capacity units by table, requests by API. */
    static void consumed(ObjectNode json, Map<String, Usage> usage) {
        units(json.putObject("readUnits"), usage, Usage::readUnits);
        units(json.putObject("writeUnits"), usage, Usage::writeUnits);
        ObjectNode requests = json.putObject("requests");
        usage.values()
                .forEach(u -> u.requests()
                        .forEach(
                                (api, n) -> requests.put(api, requests.path(api).asLong(0) + n)));
    }

    private static void units(ObjectNode json, Map<String, Usage> usage, ToDoubleFunction<Usage> units) {
        usage.forEach((table, u) ->
                json.put(table, BigDecimal.valueOf(units.applyAsDouble(u)).setScale(1, RoundingMode.HALF_UP)));
    }

    /** One finding, a line of a report. */
    static ObjectNode finding(Discrepancy found) {
        ObjectNode json = JSON.objectNode()
                .put("replica", found.replica())
                .put("kind", found.kind().label());
        json.set("key", ItemJson.node(found.key().attributes()));
        var attributes = json.putArray("attributes");
        found.attributes().forEach(attributes::add);
        json.put("repaired", found.repaired());
        if (!found.note().isEmpty()) {
            json.put("note", found.note());
        }
        return json;
    }
}
