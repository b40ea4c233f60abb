package dev.lockstep.streams.kcl;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** What a shard's reader and its processor know of each other; they meet here, since KCL makes them apart. Thread-safe. */
final class ShardDesk {
    private static final int ANSWERS = 8;

    private final Prefetch.Shard prefetched;
    private final Consumer<RuntimeException> failures;
    private final Deque<Duration> ahead = new ArrayDeque<>();
    private volatile long readNanos = System.nanoTime();
    private volatile boolean open;
    private volatile boolean processing;

    ShardDesk(Prefetch.Shard prefetched, Consumer<RuntimeException> failures) {
        this.prefetched = prefetched;
        this.failures = failures;
    }

    Prefetch.Shard prefetched() {
        return prefetched;
    }

    void read() {
        readNanos = System.nanoTime();
    }

    /** Takes note of what the service's clock showed just now. */
    synchronized void told(Instant time) {
        ahead.addLast(Duration.between(Instant.now(), time));
        if (ahead.size() > ANSWERS) {
            ahead.removeFirst();
        }
    }

    /**
     * What the service's clock showed at least when ours showed that, some answers ago: several are on their way from the
     * reader to the processor.
     */
    synchronized Instant serviceTime(Instant ours) {
        return ours.plus(ahead.stream().min(Duration::compareTo).orElse(Duration.ZERO));
    }

    void failed(RuntimeException e) {
        failures.accept(e);
    }

    void open() {
        open = true;
        readNanos = System.nanoTime();
    }

    void processing(boolean now) {
        processing = now;
        readNanos = System.nanoTime();
    }

    /** Whether no records are being processed: answers that KCL dropped do not come back. */
    boolean idle() {
        return open && !processing;
    }

    /** For how long the open shard was neither read nor worked on. */
    long stalledNanos() {
        return processing || !open ? 0 : System.nanoTime() - readNanos;
    }
}
