package dev.lockstep.local;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Provisioned throughput for each table, none at first. Thread-safe. */
final class Budget {
    private record Account(Charge.Kind kind, String table) {}

    private final LongSupplier nanoTime;
    private final Map<Charge.Kind, Double> rates = new EnumMap<>(Charge.Kind.class);
    private final Map<Account, TokenBucket> buckets = new HashMap<>();

    Budget(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Sets the rate of every table; infinity lifts the limit. Buckets start full. */
    synchronized void limit(Charge.Kind kind, double unitsPerSecond) {
        if (!(unitsPerSecond > 0)) {
            throw new IllegalArgumentException("units per second must be positive: " + unitsPerSecond);
        }
        buckets.keySet().removeIf(account -> account.kind() == kind);
        if (Double.isInfinite(unitsPerSecond)) {
            rates.remove(kind);
        } else {
            rates.put(kind, unitsPerSecond);
        }
    }

    /** What may go on of a batch write: each entry is paid for here, until the table's bucket is empty. */
    synchronized BatchSplit admitBatchWrite(ObjectNode request) {
        return BatchSplit.of(request, (table, entry) -> admitEntry(Call.tableName(table), entry));
    }

    /** Whether a call of any other kind may go on; it is paid for by {@link #settle}. */
    synchronized boolean admits(Call call) {
        Charge.Kind kind = Bill.writes(call.api()) ? Charge.Kind.WRITE : Charge.Kind.READ;
        for (String table : call.tables()) {
            TokenBucket bucket = bucket(kind, table);
            if (bucket != null && !bucket.open()) {
                return false;
            }
        }
        return true;
    }

    /** Takes what a call cost, less what {@link #admitBatchWrite} took. */
    synchronized void settle(List<Charge> charges, boolean batchWrite) {
        for (Charge charge : charges) {
            TokenBucket bucket = bucket(charge.kind(), charge.table());
            if (bucket != null) {
                bucket.take(charge.units() - (batchWrite ? charge.measured() : 0));
            }
        }
    }

    private boolean admitEntry(String table, JsonNode entry) {
        TokenBucket bucket = bucket(Charge.Kind.WRITE, table);
        if (bucket == null) {
            return true;
        }
        if (!bucket.open()) {
            return false;
        }
        bucket.take(Bill.entryUnits(entry));
        return true;
    }

    private @Nullable TokenBucket bucket(Charge.Kind kind, String table) {
        Double rate = rates.get(kind);
        if (rate == null) {
            return null;
        }
        return buckets.computeIfAbsent(new Account(kind, table), account -> new TokenBucket(rate, nanoTime));
    }
}
