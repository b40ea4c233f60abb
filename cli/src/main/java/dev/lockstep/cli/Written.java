package dev.lockstep.cli;

import dev.lockstep.capacity.Usage;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The counts of a command that writes items. */
record Written(long read, long written, long deleted, long skipped, long failed) {

    ObjectNode json(Map<String, Usage> usage, long elapsedNanos) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("read", read)
                .put("written", written)
                .put("deleted", deleted)
                .put("skipped", skipped)
                .put("failed", failed);
        Results.consumed(json, usage);
        return json.put("elapsedMillis", Duration.ofNanos(elapsedNanos).toMillis());
    }
}
