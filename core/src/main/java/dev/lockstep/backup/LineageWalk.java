package dev.lockstep.backup;

import dev.lockstep.backup.LoggedStream.File;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a change log is not whole between two seconds, both included: from the newest shards to their parents, as far
 * back as records of that time can be.
 *
 * <p>The tips and the names of files tell; a file is only read to find out the time of a gap. Used once.
 */
final class LineageWalk {
    private static final String BEGINS = "the log begins later";

    private final LoggedStream stream;
    private final Instant from;
    private final Instant to;
    private final List<LogGap> gaps = new ArrayList<>();
    private final Set<String> visited = new HashSet<>();

    LineageWalk(LoggedStream stream, Instant from, Instant to) {
        this.stream = stream;
        this.from = from;
        this.to = to;
    }

    /** Whether it is only that the log did not always exist. */
    static boolean isTheBeginning(LogGap gap) {
        return gap.since().isEmpty() && gap.why().equals(BEGINS);
    }

    List<LogGap> gaps() {
        stream.leaves().forEach(this::leaf);
        return gaps;
    }

    private void leaf(LogTip tip) {
        Optional<Instant> reach = stream.reach(tip);
        if (reach.map(until -> until.isBefore(to)).orElse(true)) {
            String why = tip.opened() ? "the log reaches no further" : "nothing of it was read yet";
            gaps.add(new LogGap(tip.shard(), sequence(tip.last()), reach, Optional.empty(), why));
        }
        Optional<LogTip> next = Optional.of(tip);
        while (next.isPresent() && visited.add(next.get().shard())) {
            next = visit(next.get());
        }
    }

    private Optional<LogTip> visit(LogTip tip) {
        if (tip.allBefore(from)) {
            return Optional.empty();
        }
        for (String child : stream.unknown(tip.children())) {
            note(
                    child,
                    Optional.empty(),
                    tip.until(),
                    Optional.empty(),
                    "it follows " + tip.shard() + ", and its tip is missing");
        }
        if (tip.opened()) {
            files(tip);
            tip.gaps().stream().filter(gap -> gap.touches(from, to)).forEach(gaps::add);
        }
        return before(tip);
    }

    /** The parent, where records of the window can be in it. */
    private Optional<LogTip> before(LogTip tip) {
        Optional<LogTip> parent = stream.parent(tip).filter(LogTip::opened);
        boolean wholeSince = tip.from().map(since -> !since.isAfter(from)).orElse(false);
        boolean goesOn = wholeSince
                || !tip.opened()
                || parent.map(p -> LoggedStream.joins(p, tip)).orElse(false);
        if (!goesOn) {
            String why = tip.from().isPresent()
                    ? BEGINS
                    : "the log of its parent " + tip.parent().orElse("") + " is not there to its end";
            note(tip.shard(), Optional.empty(), parent.flatMap(LogTip::until), tip.from(), why);
        }
        return goesOn ? parent : Optional.empty();
    }

    private void note(
            String shard, Optional<String> after, Optional<Instant> since, Optional<Instant> until, String why) {
        LogGap gap = new LogGap(shard, after, since, until, why);
        if (gap.touches(from, to)) {
            gaps.add(gap);
        }
    }

    private void files(LogTip tip) {
        String reached = LogFileName.NOTHING;
        File before = null;
        for (File file : stream.files(tip.shard())) {
            LogFileName name = file.name();
            boolean fileMissing = name.after().compareTo(reached) > 0;
            boolean seam = name.beginsAnew() && name.first().compareTo(reached) > 0;
            if (fileMissing || (seam && !explained(tip, before, name))) {
                hole(tip, before, file);
            }
            if (name.last().compareTo(reached) > 0) {
                reached = name.last();
                before = file;
            }
        }
        if (reached.compareTo(tip.last()) < 0) {
            hole(tip, before, null);
        }
    }

    /** A file that begins anew is the first one, or follows a gap that the tip tells of. */
    private static boolean explained(LogTip tip, @Nullable File before, LogFileName name) {
        return before == null
                ? tip.gaps().stream()
                        .flatMap(gap -> gap.after().stream())
                        .noneMatch(after -> LogFileName.padded(after).compareTo(name.first()) < 0)
                : tip.gaps().stream()
                        .anyMatch(
                                gap -> gap.after().equals(sequence(before.name().last())));
    }

    /** Files are missing between these; what they hold tells the time. A second may be in two files. */
    private void hole(LogTip tip, @Nullable File before, @Nullable File after) {
        note(
                tip.shard(),
                before == null ? Optional.empty() : sequence(before.name().last()),
                before == null
                        ? tip.from().map(since -> since.minusSeconds(1))
                        : time(before, Collections::max).map(last -> last.minusSeconds(1)),
                after == null
                        ? tip.until().map(until -> until.plusSeconds(2))
                        : time(after, Collections::min).map(first -> first.plusSeconds(1)),
                "one or more files are missing in " + stream.folder(tip.shard()));
    }

    private Optional<Instant> time(File file, Function<List<Instant>, Instant> which) {
        List<Instant> times = new ArrayList<>();
        try {
            stream.read(file, entry -> {
                if (entry.unreadable().isEmpty()) {
                    times.add(Instant.ofEpochSecond(entry.seconds()));
                }
            });
        } catch (DamagedException e) {
            return Optional.empty(); // whoever reads it is told; the gap is of any time
        }
        return times.isEmpty() ? Optional.empty() : Optional.of(which.apply(times));
    }

    private static Optional<String> sequence(String padded) {
        return padded.equals(LogFileName.NOTHING) ? Optional.empty() : Optional.of(LogFileName.plain(padded));
    }
}
