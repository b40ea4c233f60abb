package dev.lockstep.backup;

import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.StoredObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The change log of one stream, as it was found when it was opened: shards, how each follows another, and how far the log of
 * each reaches. Times are whole seconds. Thread-safe.
 */
final class LoggedStream {
    /** Newest stream first: labels are times. */
    static final Comparator<LoggedStream> NEWEST_FIRST =
            Comparator.comparing(LoggedStream::label).reversed();

    private final ObjectStore objects;
    private final LogPlace place;
    private final Map<String, LogTip> tips;

    /** @param tips at least one, by shard */
    LoggedStream(ObjectStore objects, LogPlace place, Map<String, LogTip> tips) {
        this.objects = objects;
        this.place = place;
        this.tips = new TreeMap<>(tips);
        if (tips.size() > 1) {
            // The shards' own log is whole without what Lambda adds.
            this.tips.keySet().removeIf(ChangeLogWriter::isLambda);
        }
    }

    /** A file of a shard. */
    record File(String shard, LogFileName name, String key, long bytes) {}

    String name() {
        return objects.name() + "/" + place.table().folder(place.label()).prefix();
    }

    String label() {
        return place.label();
    }

    String tableId() {
        return tips.values().iterator().next().subject().tableId();
    }

    /** DynamoDB Local, whose Region it is, cuts the times of records to the minute; DynamoDB to the second. */
    boolean tellsMinutes() {
        return tips.values().iterator().next().subject().stream().contains(":ddblocal:");
    }

    /** Whether its records came by Lambda, which does not tell their shards. */
    boolean unprovable() {
        return tips.keySet().stream().anyMatch(ChangeLogWriter::isLambda);
    }

    Optional<LogTip> tip(String shard) {
        return Optional.ofNullable(tips.get(shard));
    }

    Optional<LogTip> parent(LogTip tip) {
        return tip.parent().flatMap(this::tip);
    }

    /** The shards that no other follows, as far as the log knows. */
    List<LogTip> leaves() {
        Set<String> parents =
                tips.values().stream().flatMap(tip -> tip.parent().stream()).collect(Collectors.toSet());
        return tips.values().stream()
                .filter(tip -> !parents.contains(tip.shard()))
                .toList();
    }

    /**
     * Up to which second the log has all records of a shard and of those before it. One that was not read yet is younger
     * than what is known of its parent.
     */
    Optional<Instant> reach(LogTip tip) {
        if (tip.until().isPresent()) {
            return tip.until();
        }
        return parent(tip)
                .filter(LogTip::opened)
                .filter(parent -> !tip.opened() || joins(parent, tip))
                .flatMap(this::reach);
    }

    /**
     * Whether a shard's log goes on where its parent's ends. One that is whole from its first record was begun when the
     * parent's tip told of its end, even if an older tip was written over that since.
     */
    static boolean joins(LogTip parent, LogTip tip) {
        Optional<Instant> from = tip.from();
        if (!parent.opened() || from.isEmpty()) {
            return parent.opened();
        }
        // Where the parent was still open when the child's log begins, the child is younger than that, and so is whole.
        return parent.ended()
                && parent.until().map(until -> !until.isBefore(from.get())).orElse(false);
    }

    /** The last second that is wholly in the log; empty where of some shard nothing is known. */
    Optional<Instant> latest() {
        List<Optional<Instant>> reaches = leaves().stream().map(this::reach).toList();
        return reaches.stream().allMatch(Optional::isPresent)
                ? reaches.stream().flatMap(Optional::stream).min(Comparator.naturalOrder())
                : Optional.empty();
    }

    /** Since when all changes up to the {@link #latest} are in the log; empty where there is no such time. */
    Optional<Instant> earliest() {
        Instant from = Instant.EPOCH;
        Optional<Instant> latest = latest();
        while (latest.isPresent() && !from.isAfter(latest.get())) {
            Instant begun = from;
            List<LogGap> gaps = gaps(from, latest.get());
            if (gaps.isEmpty()) {
                return Optional.of(from);
            }
            // The log is whole again where the last gap ends; each round comes nearer to the end.
            Optional<Instant> next = gaps.stream()
                    .flatMap(gap -> gap.until().stream())
                    .filter(until -> until.isAfter(begun))
                    .max(Comparator.naturalOrder());
            if (next.isEmpty()) {
                return Optional.empty();
            }
            from = next.get();
        }
        return Optional.empty();
    }

    /** Where changes made between these instants, both included, may be missing. */
    List<LogGap> gaps(Instant from, Instant to) {
        return new LineageWalk(this, from, to).gaps();
    }

    /** The files of a shard in the order of their records. */
    List<File> files(String shard) {
        return objects.list(place.shard(shard).keysBeginWith())
                .flatMap(entry ->
                        LogFileName.parse(entry.key())
                                .map(name -> new File(shard, name, entry.key(), entry.size()))
                                .stream())
                .sorted(Comparator.comparing(File::name))
                .toList();
    }

    /** All files that can hold records of the window. */
    List<LogPart> parts(Instant from, Instant to) {
        List<LogPart> parts = new ArrayList<>();
        for (LogTip tip : tips.values()) {
            if (!tip.allBefore(from)) {
                files(tip.shard()).forEach(file -> parts.add(new LogPart(this, file, from, to)));
            }
        }
        return parts;
    }

    /** For people. */
    String where(File file) {
        return objects.name() + "/" + file.key();
    }

    String folder(String shard) {
        return place.shard(shard).text();
    }

    /** @throws DamagedException where the file is not what it should be, or is gone */
    void read(File file, Consumer<LogEntry> entries) {
        StoredObject found = objects.get(file.key())
                .orElseThrow(() -> new DamagedException(where(file), "it was deleted after it had been listed"));
        LogFile.read(where(file), file.shard(), file.name(), found.content(), entries);
    }

    /** What the names of a set of shards are that the log knows nothing of. */
    Set<String> unknown(List<String> shards) {
        Set<String> unknown = new HashSet<>(shards);
        unknown.removeAll(tips.keySet());
        return unknown;
    }
}
