package dev.lockstep.backup;

import dev.lockstep.LockstepException;
import dev.lockstep.backup.LogTip.Subject;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.objects.ObjectStore.StoredObject;
import dev.lockstep.table.KeySchema;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Writes the change log of a table into a folder: every record of its stream, in files that are never changed.
 *
 * <p>Its calls fail where the bucket does; a call that failed is to be made again. Thread-safe; each shard's log
 * ({@link #open}) is used by one thread at a time.
 */
public final class ChangeLogWriter {
    static final Options GZIP = Options.IF_ABSENT.ofType("application/gzip");
    static final Options JSON = Options.REPLACE.ofType("application/json");
    private static final String LAMBDA = "lambda";

    private final ObjectStore objects;
    private final ObjectRef folder;
    private final LogPlace place;
    private final Subject subject;
    private final KeySchema keys;
    private final Duration tipEvery;
    private final Consumer<String> log;

    /**
     * @param objects the bucket of the folder
     * @param prefix the folder that the user named
     * @param name of the table
     * @param arn of the table
     * @param stream its ARN
     * @param tipEvery how often at most it is noted that there was nothing new
     * @param log is told of gaps, a line each
     */
    public ChangeLogWriter(
            ObjectStore objects,
            ObjectRef prefix,
            String name,
            String arn,
            String tableId,
            String stream,
            KeySchema keys,
            Duration tipEvery,
            Consumer<String> log) {
        this.objects = objects;
        this.folder = LogPlace.ofTable(prefix, name);
        this.place = LogPlace.ofStream(folder, stream);
        this.subject = new Subject(arn, tableId, stream);
        this.keys = keys;
        this.tipEvery = tipEvery;
        this.log = log;
    }

    /** As the user knows it. */
    public String name() {
        return folder.text();
    }

    LogPlace place() {
        return place;
    }

    ObjectStore objects() {
        return objects;
    }

    Duration tipEvery() {
        return tipEvery;
    }

    /**
     * Takes note of the shards that the stream has, so that a reader of the log knows of those, too, of which nothing was
     * read yet.
     *
     * @param parents each shard and what it follows
     */
    public void listed(Map<String, Optional<String>> parents) {
        Set<String> known =
                objects.list(place.tips()).map(e -> LogPlace.shardOf(e.key())).collect(Collectors.toSet());
        Map<String, Optional<String>> fresh = new HashMap<>(parents);
        fresh.keySet().removeAll(known);
        fresh.forEach((shard, parent) -> objects.put(
                place.tip(shard),
                LogTip.listed(subject, shard, parent).json(),
                Options.IF_ABSENT.ofType("application/json")));
    }

    /** The log of one shard, which this process alone writes to from now on, or nearly so: who lost it may still try. */
    public ShardLog open(String shard, ShardStart start) {
        LogTip tip = tip(shard)
                .map(known -> start.parent().isPresent() ? known.withParent(start.parent()) : known)
                .orElseGet(() -> LogTip.listed(subject, shard, start.parent()));
        return new ShardLog(this, tip, start);
    }

    /**
     * Writes records of an event of Lambda, which does not tell their shard: without a lineage, nobody can prove that none
     * is missing.
     */
    public void append(List<StreamRecord> records) {
        List<LogEntry> entries = records.stream()
                .filter(record -> record.sequence().matches("\\d{1,40}")) // others have no place, and are poison
                .map(record -> LogEntry.of(record, keys))
                .sorted(LogEntry.BY_SEQUENCE)
                .toList();
        if (!entries.isEmpty()) {
            write(LAMBDA, LogFileName.NOTHING, entries);
        }
    }

    /** Makes the log of Lambda's events findable. */
    public void listedLambda() {
        objects.put(
                place.tip(LAMBDA),
                LogTip.listed(subject, LAMBDA, Optional.empty()).json(),
                Options.IF_ABSENT.ofType("application/json"));
    }

    static boolean isLambda(String shard) {
        return shard.equals(LAMBDA);
    }

    /** How far a shard's log reaches; what was noted at its end counts, whatever was written over its tip since. */
    Optional<LogTip> tip(String shard) {
        Optional<LogTip> tip = read(shard, place.tip(shard));
        return tip.filter(LogTip::ended).or(() -> read(shard, place.end(shard))).or(() -> tip);
    }

    private Optional<LogTip> read(String shard, String key) {
        return objects.get(key).map(found -> LogTip.read(objects.name() + "/" + key, shard, found.content()));
    }

    void write(LogTip tip) {
        objects.put(place.tip(tip.shard()), tip.json(), JSON);
    }

    /**
     * Notes for ever that a shard's log reaches its end: a tip does not, since whoever lost the shard may write an older one
     * over it late, and a child whose log begins then would take its parent's for cut off.
     */
    void writeEnd(LogTip tip) {
        objects.put(place.end(tip.shard()), tip.json(), Options.IF_ABSENT.ofType("application/json"));
    }

    KeySchema keys() {
        return keys;
    }

    void say(String line) {
        log.accept(line);
    }

    /**
     * Writes a file; it is durable when this returns.
     *
     * @throws DamagedException where there is one of that name with other content
     */
    LogFileName write(String shard, String after, List<LogEntry> entries) {
        LogFileName name = LogFile.name(after, entries);
        byte[] plain = LogFile.plain(subject, keys, shard, name, entries);
        String key = place.shard(shard).key(name.text());
        if (!objects.put(key, LogFile.compressed(plain), GZIP)) {
            StoredObject stored = objects.get(key)
                    .orElseThrow(() -> new LockstepException(
                            "PutObject", objects.name() + "/" + key, "it is there, and is not", "", true, null));
            if (!LogFile.holds(stored.content(), plain)) {
                throw new DamagedException(
                        objects.name() + "/" + key, "it holds other records than the stream has under its name");
            }
        }
        return name;
    }
}
