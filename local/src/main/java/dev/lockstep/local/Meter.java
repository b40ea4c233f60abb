package dev.lockstep.local;

import java.util.Map;

/**
 * What went through a {@link FaultProxy} since its start or its last {@link FaultProxy#reset}. Units follow AWS's published rules; a call
 * that failed or was refused costs nothing, but for a failed condition. A snapshot: immutable.
 *
 * @param requests calls by operation, refused and broken ones included
 * @param readUnits read units by table
 * @param writeUnits write units by table
 * @param maxInFlight most calls that were in the proxy at once, from the request read to the answer ready
 * @param throttled calls answered with a throttling error by a rule or a budget
 * @param unprocessed entries of batches that came back unprocessed by a rule or a budget
 * @param faults calls that a rule met
 */
public record Meter(
        Map<String, Long> requests,
        Map<String, Double> readUnits,
        Map<String, Double> writeUnits,
        int maxInFlight,
        long throttled,
        long unprocessed,
        long faults) {
    public Meter {
        requests = Map.copyOf(requests);
        readUnits = Map.copyOf(readUnits);
        writeUnits = Map.copyOf(writeUnits);
    }

    /** How often this operation was called. */
    public long requests(String api) {
        return requests.getOrDefault(api, 0L);
    }

    /** Calls of all operations. */
    public long totalRequests() {
        return requests.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Read units this table was charged. */
    public double readUnits(String table) {
        return readUnits.getOrDefault(table, 0.0);
    }

    /** Write units this table was charged. */
    public double writeUnits(String table) {
        return writeUnits.getOrDefault(table, 0.0);
    }
}
