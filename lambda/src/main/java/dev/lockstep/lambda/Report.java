package dev.lockstep.lambda;

import dev.lockstep.lambda.Batch.Delivered;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The one line of log for an event: JSON, without values of items. With a namespace it is in CloudWatch's embedded metric
 * format too, so that CloudWatch makes metrics of it without a call of ours.
 */
final class Report {
    private final ObjectNode line = JsonNodeFactory.instance.objectNode();

    Report(String function, Source source) {
        line.put("lockstep", function).put("stream", source.arn()).put("table", source.table());
    }

    Report counts(int records, Reading reading) {
        line.put("Records", records)
                .put("LeftOut", reading.leftOut())
                .put("Changes", reading.items().size());
        reading.oldestMillis()
                .ifPresent(oldest -> line.put("LagMillis", Math.max(0, System.currentTimeMillis() - oldest)));
        return this;
    }

    Report delivered(List<Delivered> destinations) {
        ArrayNode array = line.putArray("destinations");
        for (Delivered each : destinations) {
            ObjectNode node = array.addObject().put("name", each.name()).put("applied", each.applied());
            each.failure().ifPresent(failure -> node.put("failure", failure));
        }
        return this;
    }

    Report poison(int count, boolean parked) {
        if (count > 0) {
            line.put(parked ? "Parked" : "Poison", count);
        }
        return this;
    }

    /** @param problem empty where all is well */
    void notParked(String problem) {
        if (!problem.isEmpty()) {
            line.put("notParked", problem);
        }
    }

    Report outcome(Outcome outcome, List<String> sequences) {
        outcome.failed()
                .ifPresent(failed ->
                        line.put("failedFrom", sequences.get(failed.index())).put("reason", failed.reason()));
        return this;
    }

    String line(long millis, Optional<String> namespace) {
        line.put("Millis", millis);
        namespace.ifPresent(this::metrics);
        return line.toString();
    }

    private void metrics(String namespace) {
        ObjectNode meta = line.putObject("_aws").put("Timestamp", System.currentTimeMillis());
        ObjectNode directive = meta.putArray("CloudWatchMetrics").addObject().put("Namespace", namespace);
        directive.putArray("Dimensions").addArray().add("lockstep").add("table");
        ArrayNode metrics = directive.putArray("Metrics");
        List.of("Records", "LeftOut", "Changes", "Parked", "Poison").forEach(name -> metric(metrics, name, "Count"));
        List.of("LagMillis", "Millis").forEach(name -> metric(metrics, name, "Milliseconds"));
    }

    private void metric(ArrayNode metrics, String name, String unit) {
        if (line.has(name)) {
            metrics.addObject().put("Name", name).put("Unit", unit);
        }
    }
}
