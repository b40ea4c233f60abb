package dev.lockstep.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.objects.Digest;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.table.Table;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The form of a checkpoint: two lines of JSON.
 *
 * <pre>
 * {"lockstep":"checkpoint","version":1,"sha256":"of the second line, with its line feed"}
 * {"job":"copy", "id":"a UUID", "began":"2026-…Z", "saved":"…", "writes":17, "finished":null|"…",
 *  "tables":[{"role":"primary","name":"…","arn":"…","tableId":"…"}], "keys":"id (S)",
 *  "parameters":{…}, "parametersSha256":"…", "totalSegments":8, "streamPin":null,
 *  "usage":{"primary":{"readUnits":0.0,"writeUnits":0.0,"requests":{"Scan":3}}},
 *  "done":"0-2,5", "counts":{…of the segments that are done…},
 *  "segments":[{"segment":3,"status":"RUNNING","after":{DynamoDB JSON}|null,"counts":{…},"more":{…}}],
 *  "more":{…what the kind of job adds…}}
 * </pre>
 *
 * A segment that is neither among {@code done} nor among {@code segments} is NEW. So the document grows with the segments at
 * work, not with all. The first line tells every later version what it has before it.
 */
final class Document {
    static final int VERSION = 1;
    private static final String KIND = "checkpoint";

    private Document() {}

    static byte[] write(JsonNode body) {
        byte[] second = (body.toString() + "\n").getBytes(UTF_8);
        ObjectNode header = JsonNodeFactory.instance
                .objectNode()
                .put("lockstep", KIND)
                .put("version", VERSION)
                .put("sha256", Digest.SHA256.hexOf(second));
        byte[] first = (header + "\n").getBytes(UTF_8);
        byte[] all = new byte[first.length + second.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** The second line, once it is proved. */
    static JsonNode read(CheckpointStore store, byte[] all) {
        String text = new String(all, UTF_8);
        int end = text.indexOf('\n');
        JsonNode header = header(store, end < 0 ? text : text.substring(0, end));
        int version = header.path("version").asInt(0);
        if (version > VERSION) {
            throw refused(
                    store,
                    "it was written by a newer version of Lockstep (format " + version + ", this one knows " + VERSION
                            + ")",
                    "Go on with that version, or " + lower(store.howToDelete()));
        }
        byte[] second = end < 0 ? new byte[0] : text.substring(end + 1).getBytes(UTF_8);
        if (version < 1
                || !Digest.SHA256.hexOf(second).equals(header.path("sha256").asString(""))) {
            throw refused(
                    store,
                    "it is damaged: its checksum does not fit its content",
                    "Put back a copy of it that is whole, or " + lower(store.howToDelete()));
        }
        try {
            return ItemJson.parse(text.substring(end + 1));
        } catch (MalformedItemException e) {
            throw refused(store, "it is damaged: " + e.getMessage(), store.howToDelete());
        }
    }

    private static JsonNode header(CheckpointStore store, String line) {
        try {
            JsonNode header = ItemJson.parse(line);
            if (KIND.equals(header.path("lockstep").asString(""))) {
                return header;
            }
        } catch (MalformedItemException | JacksonException e) {
            // Told below, like any other file that is no checkpoint.
        }
        throw refused(store, "it is not a checkpoint", "It is left as it is: name another");
    }

    /** Refuses a checkpoint that belongs to another job; nothing has been done then. */
    static void requireFits(CheckpointStore store, JsonNode body, Job job) {
        String another = "Name another checkpoint, or " + lower(store.howToDelete());
        String kind = body.path("job").asString("");
        if (!kind.equals(job.kind())) {
            throw refused(store, "it is of a job of another kind, '" + kind + "'", another);
        }
        Map<String, JsonNode> then = new HashMap<>();
        body.path("tables").forEach(table -> then.put(table.path("role").asString(""), table));
        job.tables().forEach((role, table) -> requireSame(store, role, then.get(role), table));
        if (then.size() != job.tables().size()) {
            throw refused(
                    store,
                    "its job has " + then.size() + " tables, this one "
                            + job.tables().size(),
                    another);
        }
        if (!body.path("keys").asString("").equals(job.keys().toString())) {
            throw refused(
                    store,
                    "its tables had the key " + body.path("keys").asString("") + ", now it is " + job.keys(),
                    another);
        }
        requireSame(store, parameters(body), job.parameters());
        if (!Job.hash(job.parameters()).equals(body.path("parametersSha256").asString(""))) {
            throw refused(store, "it was begun with other parameters", another);
        }
    }

    private static void requireSame(CheckpointStore store, String role, @Nullable JsonNode then, Table now) {
        if (then == null || !then.path("tableId").asString("").equals(now.id())) {
            String was = then == null ? "none" : then.path("name").asString("");
            boolean sameName = was.equals(now.name());
            throw refused(
                    store,
                    sameName
                            ? now.name() + " (" + role
                                    + ") is another table of the same name: it was deleted and made anew"
                            : "its " + role + " was " + was + ", not " + now.name(),
                    (sameName ? "" : "Name the same tables, or another checkpoint. ") + store.howToDelete());
        }
    }

    private static void requireSame(
            CheckpointStore store, SortedMap<String, String> then, SortedMap<String, String> now) {
        List<String> others = new ArrayList<>();
        SortedMap<String, String> all = new TreeMap<>(then);
        all.putAll(now);
        all.keySet().forEach(name -> {
            String before = then.getOrDefault(name, "");
            String after = now.getOrDefault(name, "");
            if (!before.equals(after)) {
                others.add(name + " was '" + before + "' and is '" + after + "'");
            }
        });
        if (!others.isEmpty()) {
            throw refused(
                    store,
                    "it was begun with other parameters: " + String.join(", ", others),
                    "Run the command as it was, name another checkpoint, or " + lower(store.howToDelete()));
        }
    }

    private static SortedMap<String, String> parameters(JsonNode body) {
        SortedMap<String, String> parameters = new TreeMap<>();
        body.path("parameters")
                .properties()
                .forEach(p -> parameters.put(p.getKey(), p.getValue().asString("")));
        return parameters;
    }

    static InvalidSettingsException refused(CheckpointStore store, String problem, String hint) {
        return new InvalidSettingsException("go on from", "checkpoint " + store.name(), problem, hint);
    }

    private static String lower(String sentence) {
        return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
    }

    static ObjectNode counts(Map<String, Long> counts) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        new TreeMap<>(counts).forEach(json::put);
        return json;
    }

    static Map<String, Long> counts(JsonNode json) {
        Map<String, Long> counts = new HashMap<>();
        json.properties()
                .forEach(count -> counts.put(count.getKey(), count.getValue().asLong(0)));
        return counts;
    }

    static ObjectNode segment(int number, SegmentState state) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("segment", number)
                .put("status", state.status().name());
        json.set(
                "after",
                state.after() == null ? null : ItemJson.node(state.after().attributes()));
        json.set("counts", counts(state.counts()));
        json.set("more", state.more());
        return json;
    }

    static Map<Integer, SegmentState> segments(JsonNode body, KeySchema keys) throws MalformedItemException {
        Map<Integer, SegmentState> segments = new HashMap<>();
        for (JsonNode json : body.path("segments")) {
            JsonNode after = json.path("after");
            segments.put(
                    json.required("segment").asInt(),
                    SegmentState.running(
                            after.isObject() ? keys.keyOf(ItemJson.read(after)) : null,
                            counts(json.path("counts")),
                            json.path("more")));
        }
        return segments;
    }

    static BitSet done(JsonNode body) {
        return Ranges.read(body.path("done").asString(""));
    }
}
