package dev.lockstep.checkpoint;

import dev.lockstep.table.Key;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * How far one segment has come.
 *
 * @param after the LastEvaluatedKey; null at the beginning
 * @param counts what came of all up to there
 * @param more what the job's kind needs besides; an empty object where it needs nothing
 */
public record SegmentState(Status status, @Nullable Key after, Map<String, Long> counts, JsonNode more) {
    /** A segment that is not in the document is new. */
    public enum Status {
        NEW,
        RUNNING,
        DONE
    }

    public static final SegmentState NEW = new SegmentState(Status.NEW, null, Map.of(), nothing());
    public static final SegmentState DONE = new SegmentState(Status.DONE, null, Map.of(), nothing());

    public SegmentState {
        counts = Map.copyOf(counts);
    }

    public static SegmentState running(@Nullable Key after, Map<String, Long> counts) {
        return running(after, counts, nothing());
    }

    public static SegmentState running(@Nullable Key after, Map<String, Long> counts, JsonNode more) {
        return new SegmentState(Status.RUNNING, after, counts, more);
    }

    public static SegmentState done(Map<String, Long> counts) {
        return new SegmentState(Status.DONE, null, counts, nothing());
    }

    private static JsonNode nothing() {
        return JsonNodeFactory.instance.objectNode();
    }

    public boolean done() {
        return status == Status.DONE;
    }

    public long count(String name) {
        return counts.getOrDefault(name, 0L);
    }
}
