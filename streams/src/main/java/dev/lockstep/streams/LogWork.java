package dev.lockstep.streams;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.Pause;
import dev.lockstep.backup.ChangeLogWriter;
import dev.lockstep.backup.DamagedException;
import dev.lockstep.backup.ShardLog;
import dev.lockstep.backup.ShardStart;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.streams.kcl.ShardWork;
import dev.lockstep.table.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Writes the records of shards to change logs. A bucket that is away is waited for, for ever: a log may not have gaps, and
 * the position is only kept behind what is durable in all of them.
 */
public final class LogWork implements ShardWork {
    private final List<ChangeLogWriter> logs;
    private final Supplier<Map<String, Optional<String>>> lineage;
    private final InstantSource clock;
    private final boolean timesAreExact;
    private final Consumer<String> say;

    private final Map<String, Open> open = new ConcurrentHashMap<>();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final AtomicInteger inHand = new AtomicInteger();
    private volatile Map<String, Optional<String>> parents = Map.of();

    /** A shard that this process holds; its logs are opened when there is something to write. */
    private static final class Open {
        private final Beginning from;
        private final Instant at;
        private final Map<ChangeLogWriter, ShardLog> logs = new ConcurrentHashMap<>();

        Open(Beginning from, Instant at) {
            this.from = from;
            this.at = at;
        }
    }

    /**
     * @param lineage the shards that the stream has, and what each follows
     * @param clock the stream's, as well as it is known
     * @param timesAreExact whether records tell the second of their change; DynamoDB Local cuts it to the minute
     * @param say is told what an operator should know, a line each
     */
    public LogWork(
            List<ChangeLogWriter> logs,
            Supplier<Map<String, Optional<String>>> lineage,
            InstantSource clock,
            boolean timesAreExact,
            Consumer<String> say) {
        this.logs = List.copyOf(logs);
        this.lineage = lineage;
        this.clock = clock;
        this.timesAreExact = timesAreExact;
        this.say = say;
    }

    /** Makes all shards of the stream known to the logs; to be called before any is read. */
    public void begin() {
        for (ChangeLogWriter log : logs) {
            forEver(log, () -> log.listed(refreshed()));
        }
    }

    private Map<String, Optional<String>> refreshed() {
        Map<String, Optional<String>> now = lineage.get();
        parents = now;
        return now;
    }

    /**
     * Whether records were read that are not durable yet, or a shard was not read for long enough to tell since when its log
     * is whole: a log that is left so has a gap for whoever restores from it.
     */
    boolean busy() {
        return inHand.get() > 0 || !open.values().stream().allMatch(this::begun);
    }

    private boolean begun(Open shard) {
        return logs.stream()
                .allMatch(log -> Optional.ofNullable(shard.logs.get(log))
                        .map(ShardLog::begun)
                        .orElse(false));
    }

    @Override
    public void opened(String shardId, Beginning from) {
        open.put(shardId, new Open(from, clock.instant()));
    }

    @Override
    public void process(String shardId, List<StreamRecord> records) {
        inHand.incrementAndGet();
        try {
            for (ChangeLogWriter log : logs) {
                forEver(log, () -> shard(log, shardId).append(records));
            }
        } finally {
            inHand.decrementAndGet();
        }
    }

    private ShardLog shard(ChangeLogWriter log, String shardId) {
        Open shard = Objects.requireNonNull(open.get(shardId), "opened first");
        ShardLog known = shard.logs.get(log);
        if (known == null) {
            known = log.open(
                    shardId, new ShardStart(parent(shardId), shard.from.after(), shard.from.whole(), shard.at));
            shard.logs.put(log, known);
        }
        return known;
    }

    private Optional<String> parent(String shardId) {
        Map<String, Optional<String>> known = parents.containsKey(shardId) ? parents : refreshed();
        return known.getOrDefault(shardId, Optional.empty());
    }

    /** Where the bucket is away, that there was nothing is not worth waiting. */
    @Override
    public void nothingNew(String shardId, Instant asked) {
        Instant surely = timesAreExact ? asked : asked.truncatedTo(ChronoUnit.MINUTES);
        for (ChangeLogWriter log : logs) {
            once(log, () -> shard(log, shardId).nothingNew(surely));
        }
    }

    @Override
    public void ended(String shardId) {
        inHand.incrementAndGet();
        try {
            List<String> children = children(shardId);
            for (ChangeLogWriter log : logs) {
                forEver(log, () -> shard(log, shardId).ended(children));
            }
        } finally {
            inHand.decrementAndGet();
        }
    }

    /** A shard that ended has children; sometimes they are listed a little later. */
    private List<String> children(String shardId) {
        for (int tries = 0; ; tries++) {
            try {
                List<String> found = refreshed().entrySet().stream()
                        .filter(shard -> shard.getValue().equals(Optional.of(shardId)))
                        .map(Map.Entry::getKey)
                        .sorted()
                        .toList();
                if (!found.isEmpty()) {
                    return found;
                }
            } catch (LockstepException e) {
                if (!e.retryable()) {
                    throw e;
                }
            }
            pause(RetryPolicy.FOR_EVER.pause(tries));
        }
    }

    @Override
    public void closed(String shardId) {
        Open shard = open.remove(shardId);
        if (shard != null) {
            shard.logs.forEach((log, its) -> once(log, its::close));
        }
    }

    private void once(ChangeLogWriter log, Runnable action) {
        try {
            action.run();
            well(log);
        } catch (CancelledException | DamagedException e) {
            throw e;
        } catch (LockstepException e) {
            failing(log, e);
        }
    }

    private void forEver(ChangeLogWriter log, Runnable action) {
        for (int tries = 0; ; tries++) {
            try {
                action.run();
                well(log);
                return;
            } catch (CancelledException | DamagedException e) {
                throw e;
            } catch (LockstepException e) {
                failing(log, e);
                pause(RetryPolicy.FOR_EVER.pause(tries));
            }
        }
    }

    private void failing(ChangeLogWriter log, LockstepException e) {
        if (failing.add(log.name())) {
            say.accept("the change log " + log.name() + " cannot be written, and is waited for: " + e.getMessage());
        }
    }

    private void well(ChangeLogWriter log) {
        if (failing.remove(log.name())) {
            say.accept("the change log " + log.name() + " is written again");
        }
    }

    private static void pause(Duration time) {
        Pause.of(time, "write", "change log");
    }
}
