package dev.lockstep.capacity;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** Capacity units and requests that one table was asked for, as the service reported them. Thread-safe. */
public final class Usage {
    private final DoubleAdder readUnits = new DoubleAdder();
    private final DoubleAdder writeUnits = new DoubleAdder();
    private final Map<String, LongAdder> requests = new ConcurrentHashMap<>();

    /** One request to the API of this name, counted when it is sent. */
    public void request(String api) {
        requests.computeIfAbsent(api, a -> new LongAdder()).increment();
    }

    /** So many requests that an earlier run sent. */
    public void requests(String api, long count) {
        requests.computeIfAbsent(api, a -> new LongAdder()).add(count);
    }

    public void read(double units) {
        readUnits.add(units);
    }

    public void wrote(double units) {
        writeUnits.add(units);
    }

    public double readUnits() {
        return readUnits.sum();
    }

    public double writeUnits() {
        return writeUnits.sum();
    }

    /** Requests by API name, tries again included. */
    public Map<String, Long> requests() {
        Map<String, Long> counts = new TreeMap<>();
        requests.forEach((api, n) -> counts.put(api, n.sum()));
        return counts;
    }
}
