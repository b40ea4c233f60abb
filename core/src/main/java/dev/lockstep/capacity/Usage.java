package dev.lockstep.capacity;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Capacity units and requests that one table was asked for, as the service reported them. Thread-safe. */
public final class Usage {
    private final DoubleAdder readUnits = new DoubleAdder();
    private final DoubleAdder writeUnits = new DoubleAdder();
    private final Map<String, LongAdder> requests = new ConcurrentHashMap<>();
    private final ThreadLocal<@Nullable Count> counting = new ThreadLocal<>();
    private volatile Supplier<String> pace = () -> "";

    /** What the calls of one thread consumed while it was open. To be closed by that thread. */
    public final class Count implements AutoCloseable {
        private final @Nullable Count outer = counting.get();
        private double read;
        private double written;

        private Count() {
            counting.set(this);
        }

        public double readUnits() {
            return read;
        }

        public double writeUnits() {
            return written;
        }

        @Override
        public void close() {
            if (outer == null) {
                counting.remove();
            } else {
                counting.set(outer);
                outer.read += read;
                outer.written += written;
            }
        }
    }

    /** Begins to count what the calls of this thread consume, for whoever must know what a single call did. */
    public Count count() {
        return new Count();
    }

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
        Count mine = counting.get();
        if (mine != null) {
            mine.read += units;
        }
    }

    public void wrote(double units) {
        writeUnits.add(units);
        Count mine = counting.get();
        if (mine != null) {
            mine.written += units;
        }
    }

    public double readUnits() {
        return readUnits.sum();
    }

    public double writeUnits() {
        return writeUnits.sum();
    }

    /** Why the calls go slower than they may at present, for people; empty where they do not. */
    public String pace() {
        return pace.get();
    }

    /** Who paces the calls tells it so. */
    public void pace(Supplier<String> told) {
        pace = told;
    }

    /** Requests by API name, tries again included. */
    public Map<String, Long> requests() {
        Map<String, Long> counts = new TreeMap<>();
        requests.forEach((api, n) -> counts.put(api, n.sum()));
        return counts;
    }
}
