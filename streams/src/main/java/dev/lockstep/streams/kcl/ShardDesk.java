package dev.lockstep.streams.kcl;

import java.util.function.Consumer;

/** What a shard's reader and its processor know of each other; they meet here, since KCL makes them apart. Thread-safe. */
final class ShardDesk {
    private final Prefetch.Shard prefetched;
    private final Consumer<RuntimeException> failures;
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
