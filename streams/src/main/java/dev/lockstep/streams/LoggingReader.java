package dev.lockstep.streams;

import dev.lockstep.CancelledException;
import dev.lockstep.streams.kcl.StreamWorker;
import dev.lockstep.streams.kcl.WorkerStatus;
import dev.lockstep.work.Crew;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Two readers of one stream: that of the destinations, and that of the change logs, which has positions of its own and waits
 * where the others would go on. Either of them that fails ends both.
 */
public final class LoggingReader implements Replication.Reader {
    private static final long END_MILLIS = 30_000;

    private final StreamWorker destinations;
    private final StreamWorker logs;
    private final LogWork work;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Thread logging;
    private volatile boolean stopping;

    /** @param work what the reader of the logs does */
    public LoggingReader(StreamWorker destinations, StreamWorker logs, LogWork work) {
        this.destinations = destinations;
        this.logs = logs;
        this.work = work;
        this.logging = Crew.daemons("change-log").newThread(this::log);
    }

    private void log() {
        try {
            work.begin();
            logs.run();
        } catch (Throwable t) {
            if (!(stopping && t instanceof CancelledException)) {
                failure.compareAndSet(null, t);
                destinations.stop();
            }
        }
    }

    @Override
    public void run() {
        logging.start();
        try {
            destinations.run();
        } finally {
            stopLogs();
        }
        Throwable t = failure.get();
        if (t instanceof RuntimeException e) {
            throw e;
        }
        if (t instanceof Error e) {
            throw e;
        }
    }

    /** Both at once: each finishes what it has in hand. */
    @Override
    public void stop() {
        stopping = true;
        Thread other = Crew.daemons("change-log-stop").newThread(this::stopLogs);
        other.start();
        destinations.stop();
        join(other);
    }

    private void stopLogs() {
        stopping = true;
        logs.stop();
        if (logging.isAlive()) {
            logging.interrupt(); // it may still wait for a bucket, before the worker ran
            join(logging);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean everyShardIsRead() {
        return destinations.everyShardIsRead();
    }

    @Override
    public boolean atTip() {
        return destinations.atTip();
    }

    /** The logs are read more seldom: what the destinations have may not have arrived there. */
    @Override
    public boolean othersHaveAll() {
        if (work.busy() || !logs.atTip()) {
            return false;
        }
        Map<String, String> logged = positions(logs.status());
        return positions(destinations.status()).entrySet().stream()
                .allMatch(shard -> atLeast(logged.get(shard.getKey()), shard.getValue()));
    }

    /** Of each shard the last record that was processed, as far as this process knows. */
    private static Map<String, String> positions(WorkerStatus status) {
        Map<String, String> positions = new HashMap<>();
        status.leases().forEach(lease -> positions.put(lease.shardId(), lease.position()));
        status.shards().forEach(shard -> shard.sequence().ifPresent(last -> positions.put(shard.shardId(), last)));
        return positions;
    }

    private static boolean atLeast(@Nullable String logged, String applied) {
        Optional<BigInteger> wanted = number(applied);
        return wanted.isEmpty()
                || (logged != null
                        && (logged.equals("SHARD_END")
                                || number(logged)
                                        .map(has -> has.compareTo(wanted.get()) >= 0)
                                        .orElse(false)));
    }

    private static Optional<BigInteger> number(String position) {
        return position.chars().allMatch(c -> c >= '0' && c <= '9') && !position.isEmpty()
                ? Optional.of(new BigInteger(position))
                : Optional.empty();
    }
}
