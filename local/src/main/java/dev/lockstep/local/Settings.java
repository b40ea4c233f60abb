package dev.lockstep.local;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What all connections of one proxy share. Thread-safe. */
final class Settings {
    private final Upstream upstream;
    private final Rules rules = new Rules();
    private final Hooks before = new Hooks();
    private final Hooks after = new Hooks();
    private final Budget budget = new Budget(System::nanoTime);
    private final Ledger ledger = new Ledger();
    private volatile @Nullable Gate gate;
    private volatile Duration latency = Duration.ZERO;

    Settings(URI upstream) {
        this.upstream = new Upstream(upstream);
    }

    Upstream upstream() {
        return upstream;
    }

    Rules rules() {
        return rules;
    }

    Hooks before() {
        return before;
    }

    Hooks after() {
        return after;
    }

    Budget budget() {
        return budget;
    }

    Ledger ledger() {
        return ledger;
    }

    @Nullable
    Gate gate() {
        return gate;
    }

    void gate(Gate admitting) {
        gate = admitting;
    }

    void latency(Duration added) {
        latency = added;
    }

    void sleepLatency() throws InterruptedException {
        Duration added = latency;
        if (!added.isZero()) {
            Thread.sleep(added.toMillis(), added.toNanosPart() % 1_000_000);
        }
    }
}
