package dev.lockstep.backup;

import dev.lockstep.change.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Writes the log of one shard: its records in their order, each once, however often the reader is killed and begins again.
 *
 * <p>A call that failed may be made again. Used by one thread at a time.
 */
public final class ShardLog {
    /** What a stream surely still has: it keeps 24 hours, and clocks differ. */
    static final Duration KEPT = Duration.ofHours(23);
    /** An answer without records tells of the time up to so long before it was asked for. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private static final int BELIEVED = 3;

    private final ChangeLogWriter log;
    private final ShardStart start;
    private volatile LogTip tip;
    /** What the next file comes after, where that is not the last record; empty where it is. */
    private String seam = "";

    private final Deque<Instant> empty = new ArrayDeque<>();
    private boolean settled;
    private boolean unwritten = true;
    private long writtenNanos;

    ShardLog(ChangeLogWriter log, LogTip known, ShardStart start) {
        this.log = log;
        this.start = start;
        this.tip = withFilesBeyond(known);
    }

    /** A file that was written just before a crash is not in the tip: it counts all the same. */
    private LogTip withFilesBeyond(LogTip known) {
        TreeSet<LogFileName> names = log.objects()
                .list(log.place().shard(known.shard()).keysBeginWith())
                .flatMap(entry -> LogFileName.parse(entry.key()).stream())
                .filter(name -> name.last().compareTo(known.last()) > 0)
                .collect(Collectors.toCollection(TreeSet::new));
        String last = known.last();
        for (LogFileName name : names) {
            // One that begins anew is behind a gap, or it is a lost writer's, and overlaps with what others wrote.
            boolean apart =
                    name.beginsAnew() && !isNothing(last) && name.first().compareTo(last) > 0;
            boolean follows = name.after().compareTo(last) <= 0 && !apart;
            last = follows && name.last().compareTo(last) > 0 ? name.last() : last;
        }
        return known.reaching(last);
    }

    /** Whether readers of the log can tell since when it is whole. May be asked by any thread. */
    public boolean begun() {
        return tip.opened();
    }

    private static boolean isNothing(String sequence) {
        return sequence.equals(LogFileName.NOTHING);
    }

    /**
     * Adds records of the shard; they are durable when this returns. Those that the log has are left out.
     *
     * @throws DamagedException where the log has other records of the same sequence numbers
     */
    public void append(List<StreamRecord> records) {
        List<LogEntry> all =
                records.stream().map(record -> LogEntry.of(record, log.keys())).toList();
        if (all.isEmpty()) {
            return;
        }
        empty.clear();
        String after = settle(Optional.of(all.get(0)), start.at());
        List<LogEntry> fresh = all.stream()
                .filter(entry -> entry.sequence().compareTo(tip.last()) > 0)
                .toList();
        if (!fresh.isEmpty()) {
            LogFileName name = log.write(tip.shard(), after, fresh);
            tip = tip.reaching(name.last());
            seam = "";
        }
        // More records of the last one's second may come.
        time(all).ifPresent(second -> tip = tip.knownUntil(second.minusSeconds(1)));
        writeTip();
    }

    private static Optional<Instant> time(List<LogEntry> entries) {
        return entries.stream()
                .filter(entry -> entry.unreadable().isEmpty())
                .map(entry -> Instant.ofEpochSecond(entry.seconds()))
                .max(Instant::compareTo);
    }

    /**
     * Takes note that there was nothing more in the shard when it was asked. DynamoDB may say so of a shard that has more:
     * it is believed when it says so three times.
     */
    public void nothingNew(Instant asked) {
        empty.addLast(asked);
        if (empty.size() < BELIEVED) {
            return;
        }
        Instant first = empty.removeFirst();
        settle(Optional.empty(), first);
        LogTip later = tip.knownUntil(first.minus(MARGIN).truncatedTo(ChronoUnit.SECONDS));
        unwritten |= !later.equals(tip);
        tip = later;
        if (unwritten
                && (writtenNanos == 0
                        || System.nanoTime() - writtenNanos >= log.tipEvery().toNanos())) {
            writeTip();
        }
    }

    /**
     * Takes note that the shard has no more records, now or ever.
     *
     * @param children what follows it; known to readers of the log before this is
     */
    public void ended(List<String> children) {
        settle(Optional.empty(), start.at());
        log.listed(children.stream().collect(Collectors.toMap(child -> child, child -> Optional.of(tip.shard()))));
        LogTip end = tip.ended(children);
        log.writeEnd(end);
        tip = end;
        writeTip();
    }

    /** Keeps what is not yet kept of how far it reaches. */
    public void close() {
        if (settled && unwritten) {
            writeTip();
        }
    }

    private void writeTip() {
        unwritten = true;
        log.write(tip);
        unwritten = false;
        writtenNanos = System.nanoTime();
    }

    /**
     * Finds out, once, whether the log goes on without a gap.
     *
     * @param first the first record that was read; none where there was nothing to read
     * @param asked when it was read, by the reader's clock
     * @return what the next file comes after
     */
    private String settle(Optional<LogEntry> first, Instant asked) {
        if (!settled) {
            if (tip.opened() || !isNothing(tip.last())) {
                goOn(first, asked);
            } else {
                begin(first, asked);
            }
            settled = true;
        }
        return seam.isEmpty() ? tip.last() : seam;
    }

    /** The tip is there before the first file: only it knows since when the log is whole. */
    private void begin(Optional<LogEntry> first, Instant asked) {
        LogTip opened = tip.openedFrom(beginning(first, asked));
        log.write(opened);
        tip = opened;
    }

    private Optional<Instant> beginning(Optional<LogEntry> first, Instant asked) {
        if (start.after().isPresent()) {
            return Optional.of(next(first, asked));
        }
        Optional<LogTip> parent = tip.parent().flatMap(log::tip);
        boolean ended = parent.map(p -> p.opened() && p.ended()).orElse(false);
        if (parent.isPresent() && !ended) {
            // Somebody read it to its end, but not for this log.
            return Optional.of(next(first, asked));
        }
        return ended && start.whole() ? Optional.empty() : Optional.of(sinceThen());
    }

    /** When reading begins with the oldest record of the stream, nothing that is younger than this can be missing. */
    private Instant sinceThen() {
        Instant kept = start.at().minus(KEPT).truncatedTo(ChronoUnit.SECONDS);
        return switchedOn(log.place().label()).filter(on -> on.isAfter(kept)).orElse(kept);
    }

    /** A stream's label is the time when it was switched on. */
    private static Optional<Instant> switchedOn(String label) {
        try {
            return Optional.of(
                    LocalDateTime.parse(label).toInstant(ZoneOffset.UTC).truncatedTo(ChronoUnit.SECONDS));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** When reading begins in the middle of a shard, all that is made later than the second of its first record is read. */
    private static Instant next(Optional<LogEntry> first, Instant asked) {
        return first.filter(entry -> entry.unreadable().isEmpty())
                .map(entry -> Instant.ofEpochSecond(entry.seconds() + 1))
                .orElse(asked.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1));
    }

    private void goOn(Optional<LogEntry> first, Instant asked) {
        if (!tip.opened()) {
            tip = tip.openedFrom(Optional.of(sinceThen()));
        }
        if (contiguous(first)) {
            return;
        }
        Instant again = start.after().isPresent() ? next(first, asked) : sinceThen();
        LogGap gap = new LogGap(
                tip.shard(),
                isNothing(tip.last()) ? Optional.empty() : Optional.of(LogFileName.plain(tip.last())),
                tip.until(),
                Optional.of(again),
                "these changes were trimmed from the stream before they were read");
        log.say("the change log " + log.name() + " has a gap: " + gap.text());
        tip = tip.with(gap);
        seam = LogFileName.NOTHING;
    }

    private boolean contiguous(Optional<LogEntry> first) {
        String last = tip.last();
        if (first.map(entry -> entry.sequence().compareTo(last) <= 0).orElse(false)) {
            return true;
        }
        if (start.after().isPresent()) {
            return LogFileName.padded(start.after().get()).compareTo(last) <= 0;
        }
        return start.whole()
                || tip.until()
                        .map(until -> !until.isBefore(start.at().minus(KEPT)))
                        .orElse(false);
    }
}
