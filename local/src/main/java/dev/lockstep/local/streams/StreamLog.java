package dev.lockstep.local.streams;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The shards of one stream and their lineage. Every hash has one open shard; a child takes the hashes of its parent, or half of them, and
 * its numbers begin above the parent's. Across shards numbers mean nothing: later shards of a new stream have lower ones.
 *
 * <p>Not thread-safe: the fake guards it.
 */
final class StreamLog<R> {
    private static final int SPREAD = 10;

    private final BiFunction<Integer, Instant, String> names;
    private final Duration retention;
    private final Map<String, ShardLog<R>> shards = new TreeMap<>();
    private int ordinals;

    /**
     * @param names makes a shard's id of its number and the time it opens
     * @param retention how long records are kept
     * @param leastDigits of a sequence number
     */
    StreamLog(BiFunction<Integer, Instant, String> names, Duration retention, int leastDigits, int parts, Instant now) {
        this.names = names;
        this.retention = retention;
        List<HashRange> ranges = HashRange.split(parts);
        for (int i = 0; i < parts; i++) {
            int digits = leastDigits + (parts - 1 - i) % SPREAD;
            // With the second record the numbers get longer by a digit: who compares them as text gets them wrong.
            BigInteger start = BigInteger.TEN.pow(digits).subtract(ShardLog.STRIDE.multiply(BigInteger.valueOf(3)));
            open(null, ranges.get(i), start, now);
        }
    }

    private ShardLog<R> open(@Nullable String parent, HashRange range, BigInteger above, Instant now) {
        int ordinal = ordinals++;
        BigInteger start = above.divide(ShardLog.STRIDE)
                .add(BigInteger.ONE)
                .multiply(ShardLog.STRIDE)
                .add(BigInteger.valueOf(ordinal));
        ShardLog<R> shard = new ShardLog<>(names.apply(ordinal, now), parent, range, start, now);
        shards.put(shard.id(), shard);
        return shard;
    }

    /** Closes a shard and opens a child for each of those ranges. */
    List<String> replace(String id, Function<HashRange, List<HashRange>> ranges, Instant now) {
        ShardLog<R> parent = shards.get(id);
        if (parent == null) {
            throw new NoSuchElementException("no shard " + id);
        }
        List<HashRange> parts = ranges.apply(parent.range());
        parent.close(now);
        List<String> children = new ArrayList<>();
        parts.forEach(part -> children.add(open(id, part, parent.last(), now).id()));
        return children;
    }

    void close(Instant now) {
        shards.values().stream().filter(ShardLog::open).forEach(s -> s.close(now));
    }

    /** The ids of the open shards. */
    List<String> open() {
        return shards.values().stream().filter(ShardLog::open).map(ShardLog::id).toList();
    }

    ShardLog<R> openFor(String partition) {
        long hash = HashRange.hash(partition);
        return shards.values().stream()
                .filter(s -> s.open() && s.range().contains(hash))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the stream is closed"));
    }

    /** Drops what is older than the retention. */
    void age(Instant now) {
        trim(now.minus(retention));
    }

    void trim(Instant upTo) {
        shards.values().forEach(s -> s.trim(upTo));
    }

    /** The shards that are still there, by id. One that closed before the retention is gone, though a child may name it. */
    Collection<ShardLog<R>> present(Instant now) {
        Instant horizon = now.minus(retention);
        return shards.values().stream()
                .filter(s -> s.closed() == null || s.closed().isAfter(horizon))
                .toList();
    }

    Optional<ShardLog<R>> present(String id, Instant now) {
        return present(now).stream().filter(s -> s.id().equals(id)).findFirst();
    }

    /** A shard that has ever been. */
    Optional<ShardLog<R>> ever(@Nullable String id) {
        return id == null ? Optional.empty() : Optional.ofNullable(shards.get(id));
    }
}
