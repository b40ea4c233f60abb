package dev.lockstep.verify;

import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.verify.Discrepancy.Kind;
import dev.lockstep.verify.Suspect.Sight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The suspects of one replica that are not concluded yet, for the checkpoint; without one it keeps nothing.
 *
 * <p>A suspect is in here from the moment that its page is told to the checkpoint until its conclusion is counted. Where a
 * repair follows, what the suspect was found to be is saved before the first write: a run after a kill finds the tables equal
 * there, and must count what the killed run had found. Thread-safe.
 */
final class Ledger {
    private final @Nullable Checkpoint checkpoint;
    private final Map<Key, Entry> open = new LinkedHashMap<>();

    /** What a suspect was found to be. */
    record Verdict(Kind kind, List<String> attributes) {}

    private record Entry(Suspect suspect, @Nullable Verdict verdict) {}

    Ledger(@Nullable Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    /** What is told within comes into the checkpoint together. */
    void atomically(Runnable change) {
        if (checkpoint == null) {
            change.run();
        } else {
            checkpoint.atomically(change);
        }
    }

    /** Within {@link #atomically}. */
    void open(Suspect suspect) {
        if (checkpoint != null) {
            open.merge(
                    suspect.key(),
                    new Entry(suspect, null),
                    (before, now) -> new Entry(before.suspect().mergedWith(now.suspect()), before.verdict()));
        }
    }

    /** It waits for another look. */
    void again(Suspect suspect) {
        if (checkpoint != null) {
            checkpoint.atomically(() -> open.put(suspect.key(), new Entry(suspect, null)));
        }
    }

    /** Within {@link #atomically}, with what counts the conclusion. */
    void close(Key key) {
        if (checkpoint != null) {
            open.remove(key);
        }
    }

    /** Notes what is about to be repaired; durable when this returns. */
    void note(Map<Key, Verdict> verdicts) {
        if (checkpoint != null && !verdicts.isEmpty()) {
            checkpoint.atomically(() -> verdicts.forEach((key, verdict) -> {
                Entry entry = open.get(key);
                if (entry != null) {
                    open.put(key, new Entry(entry.suspect(), verdict));
                }
            }));
            checkpoint.save();
        }
    }

    /** What a run before this one had noted of the key. */
    Optional<Verdict> noted(Key key) {
        if (checkpoint == null) {
            return Optional.empty();
        }
        Verdict[] found = new Verdict[1];
        checkpoint.reading(() -> {
            Entry entry = open.get(key);
            found[0] = entry == null ? null : entry.verdict();
        });
        return Optional.ofNullable(found[0]);
    }

    /** As the document has it. */
    ArrayNode json() {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        open.values().forEach(entry -> all.add(json(entry)));
        return all;
    }

    private static ObjectNode json(Entry entry) {
        Suspect suspect = entry.suspect();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("key", ItemJson.node(suspect.key().attributes()));
        json.put("primary", suspect.fromPrimary())
                .put("inPrimary", suspect.sight().primary())
                .put("inReplica", suspect.sight().replica())
                .put("heap", suspect.heap())
                .put("looks", suspect.looks())
                .put("tally", suspect.tally().number());
        if (entry.verdict() != null) {
            json.put("kind", entry.verdict().kind().label());
            ArrayNode attributes = json.putArray("attributes");
            entry.verdict().attributes().forEach(attributes::add);
        }
        return json;
    }

    /** Takes over what the document has; returns the suspects, which are to be looked at. */
    List<Suspect> restore(JsonNode json, KeySchema keys, SuspectQueue queue, IntFunction<Tally> tallies)
            throws MalformedItemException {
        Map<Key, Entry> found = new HashMap<>();
        List<Suspect> suspects = new ArrayList<>();
        for (JsonNode one : json) {
            Suspect suspect = new Suspect(
                    keys.keyOf(ItemJson.read(one.required("key"))),
                    one.required("primary").asBoolean(),
                    new Sight(
                            one.required("inPrimary").asInt(),
                            one.required("inReplica").asInt()),
                    one.required("heap").asLong(),
                    queue.due(),
                    one.required("looks").asInt(),
                    tallies.apply(one.required("tally").asInt()));
            suspects.add(suspect);
            found.put(suspect.key(), new Entry(suspect, verdict(one)));
        }
        atomically(() -> open.putAll(found));
        return suspects;
    }

    private static @Nullable Verdict verdict(JsonNode one) {
        if (!one.has("kind")) {
            return null;
        }
        List<String> attributes = new ArrayList<>();
        one.path("attributes").forEach(a -> attributes.add(a.asString()));
        return new Verdict(Kind.valueOf(one.path("kind").asString().toUpperCase(Locale.ROOT)), attributes);
    }
}
