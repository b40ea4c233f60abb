package dev.lockstep.verify;

import dev.lockstep.capacity.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a comparison found.
 *
 * @param primary the primary's name
 * @param segments how many segments were read; in a sample fewer than the tables were divided into
 * @param usage by table name, the primary's first
 */
public record DiffResult(
        String primary,
        int segments,
        List<Replica> replicas,
        Map<String, Usage> usage,
        Duration elapsed,
        Optional<Sample> sample) {

    /** The counts of one replica. */
    public record Replica(String name, Counts counts) {}

    /**
     * @param same primary items that the replica holds equally
     * @param missing primary items that the replica lacked
     * @param different primary items that the replica held otherwise
     * @param extra replica items that the primary lacks
     * @param unsettled keys that kept changing in the primary, so that nothing can be said of them
     * @param repaired how many of the missing, different and extra ones are equal now
     */
    public record Counts(long same, long missing, long different, long extra, long unsettled, long repaired) {
        /** Primary items that were compared; those that stayed unsettled are not among them. */
        public long compared() {
            return same + missing + different;
        }

        /** Differences that are still there, as far as is known. */
        public long left() {
            return missing + different + extra + unsettled - repaired;
        }

        ObjectNode json() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("same", same)
                    .put("missing", missing)
                    .put("different", different)
                    .put("extra", extra)
                    .put("unsettled", unsettled)
                    .put("repaired", repaired);
        }

        static Counts of(JsonNode json) {
            return new Counts(
                    json.path("same").asLong(0),
                    json.path("missing").asLong(0),
                    json.path("different").asLong(0),
                    json.path("extra").asLong(0),
                    json.path("unsettled").asLong(0),
                    json.path("repaired").asLong(0));
        }

        Counts plus(Counts other) {
            return new Counts(
                    same + other.same,
                    missing + other.missing,
                    different + other.different,
                    extra + other.extra,
                    unsettled + other.unsettled,
                    repaired + other.repaired);
        }
    }

    /** Whether every replica was found equal, or is equal after the repair. */
    public boolean equal() {
        return replicas.stream().allMatch(r -> r.counts().left() == 0);
    }

    /** Requests of all tables by API name. */
    public Map<String, Long> requests() {
        Map<String, Long> all = new TreeMap<>();
        usage.values().forEach(u -> u.requests().forEach((api, n) -> all.merge(api, n, Long::sum)));
        return all;
    }
}
