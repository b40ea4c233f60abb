package dev.lockstep.streams;

import dev.lockstep.replicate.Replicator.Applied;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ObjLongConsumer;

/** What this process has done and how far behind it is. Thread-safe. */
public final class Gauges {
    private final boolean timesAreExact;
    private final ObjLongConsumer<Duration> lags;
    private final Map<String, Long> underWay = new ConcurrentHashMap<>();
    private volatile long activeNanos = System.nanoTime();

    /**
     * @param timesAreExact whether records tell the time of their change, to the second at least; DynamoDB Local cuts it to
     *     the minute, and then the lag is counted from the moment at which a batch was read
     * @param lags is told the lag of each batch, and of how many records it is
     */
    public Gauges(boolean timesAreExact, ObjLongConsumer<Duration> lags) {
        this.timesAreExact = timesAreExact;
        this.lags = lags;
    }

    /** There is something to do. */
    void active() {
        activeNanos = System.nanoTime();
    }

    Duration idleFor() {
        return Duration.ofNanos(System.nanoTime() - activeNanos);
    }

    /** Records of the shard were read, and are not durable yet. */
    void arrived(String shard) {
        active();
        underWay.put(shard, System.nanoTime());
    }

    /** The call for this shard has ended, well or not. */
    void left(String shard) {
        underWay.remove(shard);
    }

    /** How long the records that are under way have been so, the oldest; zero where none are. */
    public Duration waiting() {
        long now = System.nanoTime();
        return underWay.values().stream()
                .map(since -> Duration.ofNanos(now - since))
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    void applied(Applied applied, Duration took) {
        active();
        Duration sinceChange = Duration.ofMillis(Math.max(0, System.currentTimeMillis() - applied.oldestMillis()));
        Duration lag = timesAreExact && applied.oldestMillis() > 0 ? sinceChange : took;
        lags.accept(lag, applied.records());
    }
}
