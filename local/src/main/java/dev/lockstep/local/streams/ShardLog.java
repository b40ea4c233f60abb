package dev.lockstep.local.streams;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One shard: its records in order, the oldest of which may have been trimmed. Positions count from its first record ever.
 *
 * <p>Its sequence numbers leave gaps, and what it names as its start is before its first record. Not thread-safe: the fake guards it.
 *
 * @param <R> what a record is to the stream
 */
final class ShardLog<R> {
    /** Far enough that no two shards ever give the same number: the last digits are the shard's own. */
    static final BigInteger STRIDE = BigInteger.valueOf(1_000_000);

    record Entry<R>(BigInteger sequence, Instant at, long size, R record) {}

    private final String id;
    private final @Nullable String parent;
    private final HashRange range;
    private final Instant opened;
    private final BigInteger start;
    private final List<Entry<R>> entries = new ArrayList<>();
    private long trimmed;
    private @Nullable BigInteger trimPoint;
    private BigInteger last;
    private @Nullable Instant closed;

    ShardLog(String id, @Nullable String parent, HashRange range, BigInteger start, Instant opened) {
        this.id = id;
        this.parent = parent;
        this.range = range;
        this.start = start;
        this.last = start;
        this.opened = opened;
    }

    String id() {
        return id;
    }

    @Nullable
    String parent() {
        return parent;
    }

    HashRange range() {
        return range;
    }

    Instant opened() {
        return opened;
    }

    @Nullable
    Instant closed() {
        return closed;
    }

    boolean open() {
        return closed == null;
    }

    BigInteger start() {
        return start;
    }

    /** The sequence number of the newest record, or the start where there has been none. */
    BigInteger last() {
        return last;
    }

    void close(Instant now) {
        if (closed != null) {
            throw new IllegalStateException("shard " + id + " is closed already");
        }
        closed = now;
    }

    /** Adds the record that is made of its sequence number. */
    String append(Instant now, Function<String, R> record, Function<R, Long> size) {
        if (closed != null) {
            throw new IllegalStateException("shard " + id + " is closed");
        }
        last = last.add(STRIDE);
        R made = record.apply(last.toString());
        entries.add(new Entry<>(last, now, size.apply(made), made));
        return last.toString();
    }

    /** Drops what is as old as that or older. */
    void trim(Instant upTo) {
        int n = 0;
        while (n < entries.size() && !entries.get(n).at().isAfter(upTo)) {
            n++;
        }
        if (n > 0) {
            trimPoint = entries.get(n - 1).sequence();
            trimmed += n;
            entries.subList(0, n).clear();
        }
    }

    /** Whether the records from there on include some that were trimmed. */
    boolean lost(long position) {
        return position < trimmed;
    }

    /** Whether a record with this number would have been trimmed, or came before the shard did. */
    boolean lost(BigInteger sequence) {
        return sequence.compareTo(start) < 0 || (trimPoint != null && sequence.compareTo(trimPoint) <= 0);
    }

    long oldest() {
        return trimmed;
    }

    long end() {
        return trimmed + entries.size();
    }

    /** The position of the first record at or after that number. */
    long at(BigInteger sequence) {
        return trimmed
                + entries.stream()
                        .filter(e -> e.sequence().compareTo(sequence) < 0)
                        .count();
    }

    /** The position of the first record written at that time or later. */
    long at(Instant time) {
        long position = trimmed;
        for (Entry<R> entry : entries) {
            if (!entry.at().isBefore(time)) {
                break;
            }
            position++;
        }
        return position;
    }

    /** The next records, one at least if there is any: as many as both limits allow. */
    List<Entry<R>> read(long position, int most, long mostBytes) {
        int from = Math.toIntExact(Math.max(0, position - trimmed));
        int to = from;
        long bytes = 0;
        while (to < entries.size() && to - from < most) {
            bytes += entries.get(to).size();
            if (bytes > mostBytes && to > from) {
                break;
            }
            to++;
        }
        return List.copyOf(entries.subList(from, to));
    }
}
