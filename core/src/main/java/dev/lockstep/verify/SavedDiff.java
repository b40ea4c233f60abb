package dev.lockstep.verify;

import dev.lockstep.LockstepException;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.SegmentState;
import dev.lockstep.scan.Scan;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a comparison keeps in its checkpoint besides the positions in the primary.
 *
 * <pre>
 * "more":{"diff":{"chosen":[segments]|absent, "report":bytes, "replicas":[
 *     {"tallies":{"0":{counts}}, "open":[{"key":…,"primary":true,"inPrimary":fingerprint,"inReplica":…,"heap":…,"looks":0,"tally":0,
 *                                         "kind":"missing","attributes":[…]: where a repair may have begun}]}]}}
 * a segment's "more":{"ended":the primary's scan, "replicas":[
 *     {"ended":…, "after":{key}|null, "primary":[keys that wait for the replica's half], "replica":[keys, the other way]}]}
 * </pre>
 *
 * The keys that wait are read again by key. All of it is of one moment: each item is either still to be read, or waits, or is a
 * suspect, or is counted, and never two of these.
 */
final class SavedDiff implements Checkpoint.Part {
    static final String NAME = "diff";
    static final String REPORT = "report";

    private static final String READ = "read";
    private static final String ENDED = "ended";
    private static final String AFTER = "after";

    private final Checkpoint checkpoint;
    private final Report report;
    private final List<Lane> lanes;
    private final Segments segments;

    SavedDiff(Checkpoint checkpoint, Report report, List<Lane> lanes, Segments segments) {
        this.checkpoint = checkpoint;
        this.report = report;
        this.lanes = lanes;
        this.segments = segments;
    }

    /** Goes on with what the document tells, or begins it. Returns the primary items that were read before. */
    long begin() {
        JsonNode before = checkpoint.before(NAME);
        checkpoint.add(this);
        if (checkpoint.begun()) {
            for (int i = 0; i < lanes.size(); i++) {
                try {
                    lanes.get(i).restore(before.path("replicas").path(i));
                } catch (MalformedItemException | IllegalArgumentException e) {
                    throw unreadable(e);
                }
            }
        }
        checkpoint.begin(segments.total());
        return checkpoint.countOfDone(READ);
    }

    private LockstepException unreadable(Exception e) {
        return new LockstepException(
                "go on from", "checkpoint " + checkpoint.name(), e.getMessage() + "", checkpoint.howToDelete());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public JsonNode state() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (segments.chosen() != null) {
            ArrayNode chosen = json.putArray("chosen");
            segments.chosen().forEach(segment -> chosen.add(segment.index()));
        }
        json.put(REPORT, report.length());
        ArrayNode replicas = json.putArray("replicas");
        lanes.forEach(lane -> replicas.add(lane.json()));
        return json;
    }

    @Override
    public void makeDurable() {
        report.makeDurable();
    }

    /** Where one segment was. */
    record Position(boolean done, long read, Side primary, List<Followed> replicas) {}

    /** @param after null at the beginning */
    record Side(boolean ended, @Nullable Key after) {}

    /** A replica's scan, and the keys of both tables that wait for their halves. */
    record Followed(Side side, List<Key> fromPrimary, List<Key> fromReplica) {}

    Position of(int number, KeySchema keys) {
        SegmentState state = checkpoint.of(number);
        JsonNode more = state.more();
        try {
            List<Followed> replicas = new ArrayList<>();
            for (int i = 0; i < lanes.size(); i++) {
                JsonNode one = more.path("replicas").path(i);
                replicas.add(new Followed(
                        new Side(one.path(ENDED).asBoolean(false), key(one.path(AFTER), keys)),
                        keys(one.path("primary"), keys),
                        keys(one.path("replica"), keys)));
            }
            Side primary = new Side(more.path(ENDED).asBoolean(false), state.after());
            return new Position(state.done(), state.count(READ), primary, replicas);
        } catch (MalformedItemException e) {
            throw unreadable(e);
        }
    }

    private static @Nullable Key key(JsonNode json, KeySchema keys) throws MalformedItemException {
        return json.isObject() ? keys.keyOf(ItemJson.read(json)) : null;
    }

    private static List<Key> keys(JsonNode json, KeySchema schema) throws MalformedItemException {
        List<Key> keys = new ArrayList<>();
        for (JsonNode one : json) {
            keys.add(schema.keyOf(ItemJson.read(one)));
        }
        return keys;
    }

    /** The pages that were handed out so far have been worked on; saved when this returns. */
    void save(int number, long read, Scan primary, List<Matcher> matchers, List<Finds.Staged> finds) {
        ObjectNode more = JsonNodeFactory.instance.objectNode().put(ENDED, primary.done());
        ArrayNode replicas = more.putArray("replicas");
        for (Matcher matcher : matchers) {
            ObjectNode one = replicas.addObject().put(ENDED, matcher.replica().done());
            Key after = matcher.replica().reached();
            one.set(AFTER, after == null ? null : ItemJson.node(after.attributes()));
            one.set("primary", json(matcher.waitingInPrimary()));
            one.set("replica", json(matcher.waitingInReplica()));
        }
        checkpoint.atomically(() -> {
            finds.forEach(Finds.Staged::tell);
            checkpoint.running(number, SegmentState.running(primary.reached(), Map.of(READ, read), more));
        });
        checkpoint.save();
    }

    private static ArrayNode json(List<Key> keys) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        keys.forEach(key -> json.add(ItemJson.node(key.attributes())));
        return json;
    }

    void done(int number, long read, List<Finds.Staged> finds) {
        checkpoint.atomically(() -> {
            finds.forEach(Finds.Staged::tell);
            checkpoint.done(number, Map.of(READ, read));
        });
        checkpoint.save();
    }
}
