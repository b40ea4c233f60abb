package dev.lockstep.backup;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.folder.ItemVersion;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.table.Key;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A table's change log as it was when it was opened: every record of its stream, from one time to another.
 *
 * <p>A table that had several streams one after the other has a log of each, and a gap between them. Times are whole
 * seconds, as the stream tells them: a second counts as a whole. Thread-safe.
 */
public final class ChangeLog {
    private static final Duration CLOCKS = Duration.ofMinutes(2);

    private final String name;
    private final List<LoggedStream> streams;
    private final Pool calls;

    private ChangeLog(String name, List<LoggedStream> streams, Pool calls) {
        this.name = name;
        this.streams = streams;
        this.calls = calls;
    }

    /**
     * Looks at what there is.
     *
     * @param objects the bucket
     * @param prefix the folder that the user named
     * @param table its name
     * @param calls bounds the requests in flight
     * @throws InvalidSettingsException where there is no change log of the table
     */
    public static ChangeLog open(ObjectStore objects, ObjectRef prefix, String table, Pool calls) {
        return of(objects, LogPlace.ofTable(prefix, table), prefix.text(), calls);
    }

    /** Whether a user means a table's change log itself: {@code …/lockstep-changes/TABLE}. */
    public static boolean isMeantBy(ObjectRef folder) {
        return LogPlace.isOfTable(folder);
    }

    /** The log in such a folder. */
    public static ChangeLog openFolder(ObjectStore objects, ObjectRef folder, Pool calls) {
        return of(objects, folder, "s3://BUCKET/PREFIX", calls);
    }

    private static ChangeLog of(ObjectStore objects, ObjectRef folder, String destination, Pool calls) {
        List<Supplier<LogTip>> gets = objects.list(LogPlace.tips(folder))
                .filter(entry -> LogPlace.isTip(entry.key()))
                .map(entry -> (Supplier<LogTip>) () -> tip(objects, entry.key()))
                .toList();
        if (gets.isEmpty()) {
            throw new InvalidSettingsException(
                    "read",
                    folder.text(),
                    "there is no change log of this table",
                    "'lockstep replicate TABLE " + destination + "' keeps one");
        }
        Map<String, Map<String, LogTip>> byLabel = new TreeMap<>();
        for (LogTip tip : calls.all(gets)) {
            String stream = tip.subject().stream();
            byLabel.computeIfAbsent(stream.substring(stream.lastIndexOf('/') + 1), label -> new HashMap<>())
                    .put(tip.shard(), tip);
        }
        List<LoggedStream> streams = byLabel.entrySet().stream()
                .map(e -> new LoggedStream(objects, new LogPlace(folder, e.getKey()), e.getValue()))
                .sorted(LoggedStream.NEWEST_FIRST)
                .toList();
        return new ChangeLog(folder.text(), streams, calls);
    }

    /** The tables whose change logs are under a prefix; looks at the name of every file. */
    public static List<String> tables(ObjectStore objects, ObjectRef prefix) {
        String logs = LogPlace.all(prefix).keysBeginWith();
        return objects.list(logs)
                .map(entry -> entry.key().substring(logs.length()))
                .filter(name -> name.contains("/"))
                .map(name -> name.substring(0, name.indexOf('/')))
                .distinct()
                .toList();
    }

    /** Whether there is a change log of the table. */
    public static boolean isThere(ObjectStore objects, ObjectRef prefix, String table) {
        return objects.list(LogPlace.tips(LogPlace.ofTable(prefix, table)))
                .findAny()
                .isPresent();
    }

    private static LogTip tip(ObjectStore objects, String key) {
        String where = objects.name() + "/" + key;
        LogTip tip = LogTip.read(
                where,
                LogPlace.shardOf(key),
                objects.get(key)
                        .orElseThrow(() -> new DamagedException(where, "it was deleted after it had been listed"))
                        .content());
        if (!tip.subject().stream().endsWith("/" + LogPlace.labelOf(key))) {
            throw new DamagedException(where, "it is the tip of another stream");
        }
        return tip;
    }

    /** As the user knows it. */
    public String name() {
        return name;
    }

    /** All that is in it, to be proved; its faults are its gaps. A table cannot be made of it. */
    public Source everything() {
        return new WholeLog(
                name,
                streams.stream().sorted(LoggedStream.NEWEST_FIRST.reversed()).toList());
    }

    /** Since when the newest stream's log is whole; empty where it is not, at any time. */
    public Optional<Instant> earliest() {
        return streams.get(0).earliest();
    }

    /** The last second that is in the log as a whole. */
    public Optional<Instant> latest() {
        return streams.get(0).latest();
    }

    /** Whether every change of the table made between these instants, both seconds included, is in the log. */
    public Lineage check(Instant from, Instant to) {
        LoggedStream stream = best(from, to);
        return new Lineage(stream.name(), from, to, stream.gaps(second(from), second(to)));
    }

    /** Whether the log was written by Lambda, so that nobody can tell whether it is whole. */
    public boolean unprovable(Instant from, Instant to) {
        return best(from, to).unprovable();
    }

    /** The table whose log this is at that time: a table that was deleted and made anew is another. */
    String tableId(Instant from, Instant to) {
        return best(from, to).tableId();
    }

    private static Instant second(Instant time) {
        return Instant.ofEpochSecond(time.getEpochSecond());
    }

    /** The stream that has all of the window, or else the newest that was on at its end. */
    private LoggedStream best(Instant from, Instant to) {
        return streams.stream()
                .filter(stream -> stream.gaps(second(from), second(to)).isEmpty())
                .findFirst()
                .orElseGet(() -> streams.stream()
                        .filter(stream -> stream.label().compareTo(to.toString()) < 0)
                        .findFirst()
                        .orElse(streams.get(0)));
    }

    /**
     * What items became between these instants, both seconds included; {@link #check} tells whether that is all.
     *
     * <p>Where the log is whole from a little earlier on, it begins there: that does no harm, and clocks differ.
     */
    public Layer layer(Instant from, Instant upTo) {
        LoggedStream stream = best(from, upTo);
        Instant earlier = second(from.minus(CLOCKS));
        Instant whole = stream.gaps(earlier, second(upTo)).isEmpty() ? earlier : second(from);
        Instant begin = stream.tellsMinutes() ? whole.truncatedTo(ChronoUnit.MINUTES) : whole;
        return new Layer("changes from " + begin + " to " + upTo, List.copyOf(stream.parts(begin, second(upTo))));
    }

    /**
     * Every version of one item that the log has, the oldest first.
     *
     * @throws DamagedException where a file is not what it should be
     */
    public List<ItemVersion> history(Key key) {
        return streams.stream()
                .sorted(LoggedStream.NEWEST_FIRST.reversed())
                .flatMap(stream -> versions(stream, key).stream())
                .toList();
    }

    /** By their order: a record that is in two files counts once. */
    private List<ItemVersion> versions(LoggedStream stream, Key key) {
        List<Supplier<Map<String, ItemVersion>>> files = stream.parts(Instant.EPOCH, Instant.MAX).stream()
                .map(part -> (Supplier<Map<String, ItemVersion>>) () -> versions(part, key))
                .toList();
        Map<String, ItemVersion> versions = new TreeMap<>();
        if (!files.isEmpty()) {
            calls.all(files).forEach(versions::putAll);
        }
        return List.copyOf(versions.values());
    }

    private static Map<String, ItemVersion> versions(LogPart part, Key key) {
        Map<String, ItemVersion> versions = new TreeMap<>();
        part.all(entry -> {
            if (key.schema().keyOf(entry.key()).equals(key)) {
                versions.put(
                        entry.order(),
                        new ItemVersion(
                                Instant.ofEpochSecond(entry.seconds()),
                                part.name(),
                                entry.order(),
                                Optional.ofNullable(entry.image()),
                                entry.expired(),
                                ""));
            }
        });
        return versions;
    }
}
