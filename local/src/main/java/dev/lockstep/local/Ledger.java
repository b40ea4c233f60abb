package dev.lockstep.local;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts as {@link Meter} describes. Thread-safe. */
final class Ledger {
    private final Map<String, Long> numbers = new HashMap<>();
    private final Map<String, Long> requests = new HashMap<>();
    private final Map<String, Double> readUnits = new HashMap<>();
    private final Map<String, Double> writeUnits = new HashMap<>();
    private final List<Metered> metered = new ArrayList<>();
    private int inFlight;
    private int maxInFlight;
    private long throttled;
    private long unprocessed;
    private long faults;

    /** Counts a call in and gives its number among those of its operation, which no reset changes. */
    synchronized long enter(String api) {
        requests.merge(api, 1L, Long::sum);
        inFlight++;
        maxInFlight = Math.max(maxInFlight, inFlight);
        return numbers.merge(api, 1L, Long::sum) - 1;
    }

    synchronized void leave() {
        inFlight--;
    }

    synchronized void charge(List<Charge> charges) {
        for (Charge charge : charges) {
            Map<String, Double> units = charge.kind() == Charge.Kind.READ ? readUnits : writeUnits;
            units.merge(charge.table(), charge.units(), Double::sum);
            metered.add(
                    new Metered(System.nanoTime(), charge.table(), charge.kind() == Charge.Kind.WRITE, charge.units()));
        }
    }

    synchronized void throttle() {
        throttled++;
    }

    synchronized void unprocessed(int entries) {
        unprocessed += entries;
    }

    synchronized void fault() {
        faults++;
    }

    synchronized Meter snapshot() {
        return new Meter(requests, readUnits, writeUnits, maxInFlight, throttled, unprocessed, faults);
    }

    synchronized List<Metered> metered() {
        return List.copyOf(metered);
    }

    synchronized void reset() {
        metered.clear();
        requests.clear();
        readUnits.clear();
        writeUnits.clear();
        maxInFlight = inFlight;
        throttled = 0;
        unprocessed = 0;
        faults = 0;
    }
}
