package dev.lockstep.streams.kcl;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which leases are being renewed, by what was seen of their counters: an owner that was killed still stands in his row. */
final class Renewals {
    private record Seen(long counter, long changedNanos) {}

    private final Map<String, Seen> leases = new ConcurrentHashMap<>();

    void saw(List<LeaseTable.Row> rows) {
        long now = System.nanoTime();
        leases.keySet().retainAll(rows.stream().map(LeaseTable.Row::shardId).toList());
        rows.forEach(row -> leases.merge(
                row.shardId(),
                new Seen(row.counter(), 0),
                (before, first) -> before.counter() == row.counter() ? before : new Seen(row.counter(), now)));
    }

    /** Whether the lease was seen to be renewed within that time. */
    boolean alive(String shardId, Duration time) {
        Seen seen = leases.get(shardId);
        return seen != null && seen.changedNanos() != 0 && System.nanoTime() - seen.changedNanos() < time.toNanos();
    }
}
