package dev.lockstep.restore;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.SegmentState;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a restore keeps in its checkpoint.
 *
 * <pre>
 * "more":{"restore":{"source":"what the source holds, as a SHA-256", "states":read, "absent":keys not in it, "format":"…",
 *                    "blind":whether the table was empty, "looks":segments of the scan of the table, "looked":{"0":pages}}}
 * segments 0 … looks-1: the scan of the table;   "more":{"pages":kept, "deleting":[keys]}
 * then one a file of the source;                 "more":{"line":done, "pending":about to be done}
 * the last: keys asked for that the source lacks; "more":{"deleting":[keys]}
 * </pre>
 *
 * What is about to be written or deleted is saved before it is: a run after a kill finds it right already, and must count it as
 * written. For the same reason what the table held at first is kept, as digests, and not looked at again. Thread-safe.
 */
final class SavedRestore implements Checkpoint.Part {
    static final String NAME = "restore";
    private static final String SOURCE = "source";
    private static final String STATES = "states";
    private static final String ABSENT = "absent";
    private static final String FORMAT = "format";
    private static final String BLIND = "blind";
    private static final String LOOKS = "looks";
    private static final String LOOKED = "looked";
    private static final String PAGES = "pages";
    private static final String DELETING = "deleting";
    private static final String LINE = "line";
    private static final String PENDING = "pending";

    private final Checkpoint checkpoint;
    private final KeySchema keys;
    private final Map<String, Long> looked = new ConcurrentHashMap<>();
    private final int parts;
    private final ObjectNode state;
    private int looks;

    /** @param fingerprint changes whenever a line of the source would be at another place */
    SavedRestore(
            Checkpoint checkpoint,
            KeySchema keys,
            String fingerprint,
            int parts,
            long states,
            long absent,
            String format) {
        this.checkpoint = checkpoint;
        this.keys = keys;
        this.parts = parts;
        this.state = JsonNodeFactory.instance
                .objectNode()
                .put(SOURCE, fingerprint)
                .put(STATES, states)
                .put(ABSENT, absent)
                .put(FORMAT, format);
        if (checkpoint.begun()) {
            JsonNode before = checkpoint.before(NAME);
            if (!before.path(SOURCE).asString("").equals(fingerprint)) {
                throw new InvalidSettingsException(
                        "go on from",
                        "checkpoint " + checkpoint.name(),
                        "the source no longer holds what it held when the restore was begun",
                        "Put it back as it was. " + checkpoint.howToDelete());
            }
            before.path(LOOKED)
                    .properties()
                    .forEach(l -> looked.put(l.getKey(), l.getValue().asLong(0)));
        }
        checkpoint.add(this);
    }

    /** Of a run that had ended before. */
    static Restore.Result result(Checkpoint checkpoint) {
        return result(checkpoint, checkpoint.before(NAME));
    }

    /** Of the run that has just ended. */
    Restore.Result now() {
        return result(checkpoint, state);
    }

    private static Restore.Result result(Checkpoint checkpoint, JsonNode state) {
        return new Restore.Result(
                state.path(STATES).asLong(0),
                checkpoint.countOfDone("written"),
                checkpoint.countOfDone("deleted"),
                checkpoint.countOfDone("skipped"),
                checkpoint.countOfDone("failed") + state.path(ABSENT).asLong(0));
    }

    static String format(Checkpoint checkpoint) {
        return checkpoint.before(NAME).path(FORMAT).asString("");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public JsonNode state() {
        ObjectNode now = state.deepCopy();
        ObjectNode pages = now.putObject(LOOKED);
        looked.forEach(pages::put);
        return now;
    }

    boolean begun() {
        return checkpoint.begun();
    }

    /** Whether the table was empty when the first run began. */
    boolean blind(boolean empty) {
        return begun() ? checkpoint.before(NAME).path(BLIND).asBoolean(false) : empty;
    }

    /** Returns into how many segments the scan of the table is divided. */
    int begin(boolean blind, int proposedLooks) {
        looks = begun() ? checkpoint.before(NAME).path(LOOKS).asInt(0) : proposedLooks;
        checkpoint.atomically(() -> state.put(BLIND, blind).put(LOOKS, looks));
        checkpoint.begin(looks + parts + 1);
        return looks;
    }

    void finish() {
        checkpoint.finish();
    }

    /** Counts of a segment that is not done, from where it was. */
    Count count(int segment) {
        SegmentState from = checkpoint.of(segment);
        return new Count(from.count("written"), from.count("deleted"), from.count("skipped"), from.count("failed"));
    }

    boolean done(int segment) {
        return checkpoint.of(segment).done();
    }

    void done(int segment, Count count) {
        checkpoint.done(segment, count.map());
        checkpoint.save();
    }

    // The scan of the table

    @Nullable
    Key after(int look) {
        return checkpoint.of(look).after();
    }

    /** How many pages of digests are kept of this segment. */
    long pages(int look) {
        return looked.getOrDefault("" + look, 0L);
    }

    byte[] page(int look, long number) {
        return checkpoint.store().kept(page(look) + number);
    }

    private static String page(int look) {
        return "look-" + look + "-";
    }

    void keep(int look, byte[] digests) {
        checkpoint.store().keep(page(look) + pages(look), digests);
    }

    /** Keys that a run before this one was about to delete; they were there then. */
    List<Key> deleting(int segment) {
        List<Key> found = new ArrayList<>();
        try {
            for (JsonNode key : checkpoint.of(segment).more().path(DELETING)) {
                found.add(keys.keyOf(ItemJson.read(key)));
            }
        } catch (MalformedItemException e) {
            throw new LockstepException(
                    "go on from", "checkpoint " + checkpoint.name(), e.getMessage() + "", checkpoint.howToDelete());
        }
        return found;
    }

    /** These keys of the next page are about to be deleted; saved when this returns. */
    void deleting(int segment, @Nullable Key after, Collection<Key> some, Count count) {
        ObjectNode more = JsonNodeFactory.instance.objectNode();
        ArrayNode all = more.putArray(DELETING);
        some.forEach(key -> all.add(ItemJson.node(key.attributes())));
        checkpoint.running(segment, SegmentState.running(after, count.map(), more));
        checkpoint.save();
    }

    /** The page is kept, and what had to be deleted is; saved when this returns. */
    void looked(int look, @Nullable Key after, boolean last, Count count) {
        checkpoint.atomically(() -> {
            looked.merge("" + look, 1L, Long::sum);
            if (last) {
                checkpoint.done(look, count.map());
            } else {
                checkpoint.running(look, SegmentState.running(after, count.map()));
            }
        });
        checkpoint.save();
    }

    // The files of the source

    int part(int part) {
        return looks + part;
    }

    int absentKeys() {
        return looks + parts;
    }

    /** Up to which line a file was worked on; all of one that is done. */
    long line(int part) {
        SegmentState state = checkpoint.of(part(part));
        return state.done() ? Long.MAX_VALUE : state.more().path(LINE).asLong(0);
    }

    /** Up to which line a run before this one may have worked on it. */
    long pending(int part) {
        return checkpoint.of(part(part)).more().path(PENDING).asLong(0);
    }

    /** The lines up to {@code pending} are about to be worked on, those up to {@code line} are; saved when this returns. */
    void lines(int part, long line, long pending, Count count) {
        checkpoint.running(
                part(part),
                SegmentState.running(
                        null,
                        count.map(),
                        JsonNodeFactory.instance.objectNode().put(LINE, line).put(PENDING, pending)));
        checkpoint.save();
    }
}
