package dev.lockstep.backup;

import dev.lockstep.table.ItemJson;
import dev.lockstep.table.MalformedItemException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How far the log of one shard reaches: a small object that is written again and again.
 *
 * <pre>{@code
 * {"lockstepTip":1,"table":arn,"tableId":"…","stream":arn,"shard":"…","parent":"…"|null,"children":["…"],
 *  "opened":true|false,"from":instant|null,"last":"…"|null,"until":instant|null,"ended":true|false,
 *  "gaps":[{"after":"…"|null,"since":instant|null,"until":instant|null}]}
 * }</pre>
 *
 * @param children once it ended
 * @param opened false where the shard is known to exist, and nothing of it was read yet
 * @param from since when all records of the shard are in the log; empty where they are from its first on, and what was
 *     before is in the parent's
 * @param last the last sequence number, padded; {@link LogFileName#NOTHING} where there is none. There may be more files
 * @param until up to which second, it included, all records of the shard are in the log
 * @param ended the shard has no records after these
 */
record LogTip(
        Subject subject,
        String shard,
        Optional<String> parent,
        List<String> children,
        boolean opened,
        Optional<Instant> from,
        String last,
        Optional<Instant> until,
        boolean ended,
        List<LogGap> gaps) {
    private static final String VERSION = "lockstepTip";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Whose log it is. */
    record Subject(String table, String tableId, String stream) {}

    /** A shard of which nothing was read yet. */
    static LogTip listed(Subject subject, String shard, Optional<String> parent) {
        return new LogTip(
                subject,
                shard,
                parent,
                List.of(),
                false,
                Optional.empty(),
                LogFileName.NOTHING,
                Optional.empty(),
                false,
                List.of());
    }

    LogTip openedFrom(Optional<Instant> start) {
        return new LogTip(subject, shard, parent, children, true, start, last, until, ended, gaps);
    }

    LogTip withParent(Optional<String> its) {
        return new LogTip(subject, shard, its, children, opened, from, last, until, ended, gaps);
    }

    LogTip reaching(String sequence) {
        return new LogTip(subject, shard, parent, children, opened, from, sequence, until, ended, gaps);
    }

    /** Time only goes on. */
    LogTip knownUntil(Instant second) {
        Instant later = until.filter(known -> known.isAfter(second)).orElse(second);
        return new LogTip(subject, shard, parent, children, opened, from, last, Optional.of(later), ended, gaps);
    }

    LogTip with(LogGap gap) {
        List<LogGap> more = new ArrayList<>(gaps);
        more.add(gap);
        return new LogTip(subject, shard, parent, children, opened, from, last, until, ended, List.copyOf(more));
    }

    LogTip ended(List<String> its) {
        return new LogTip(subject, shard, parent, List.copyOf(its), opened, from, last, until, true, gaps);
    }

    /** Whether all records of the shard, and so of those that it follows, were made before. */
    boolean allBefore(Instant time) {
        return ended && until.map(last -> last.isBefore(time)).orElse(false);
    }

    byte[] json() {
        ObjectNode json = NODES.objectNode();
        json.put(VERSION, 1)
                .put("table", subject.table())
                .put("tableId", subject.tableId())
                .put("stream", subject.stream())
                .put("shard", shard)
                .put("parent", parent.orElse(null));
        ArrayNode ids = json.putArray("children");
        children.forEach(ids::add);
        json.put("opened", opened)
                .put("from", text(from))
                .put("last", last.equals(LogFileName.NOTHING) ? null : LogFileName.plain(last))
                .put("until", text(until))
                .put("ended", ended);
        ArrayNode holes = json.putArray("gaps");
        gaps.forEach(gap -> holes.addObject()
                .put("after", gap.after().orElse(null))
                .put("since", text(gap.since()))
                .put("until", text(gap.until())));
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    @SuppressWarnings("NullAway") // JSON's null
    private static String text(Optional<Instant> time) {
        return time.map(Instant::toString).orElse(null);
    }

    /** @throws DamagedException where it is no tip of this version, or of another shard than its name says */
    static LogTip read(String name, String shard, byte[] content) {
        try {
            JsonNode json = ItemJson.parse(new String(content, StandardCharsets.UTF_8));
            if (json.path(VERSION).asInt(0) != 1) {
                throw new DamagedException(name, "it is not the tip of a change log, or a newer one");
            }
            if (!json.path("shard").asString("").equals(shard)) {
                throw new DamagedException(name, "it is the tip of another shard");
            }
            List<LogGap> gaps = new ArrayList<>();
            for (JsonNode gap : json.path("gaps")) {
                gaps.add(new LogGap(
                        shard,
                        string(gap, "after"),
                        time(gap, "since"),
                        time(gap, "until"),
                        "these changes were trimmed from the stream before they were read"));
            }
            List<String> children = new ArrayList<>();
            json.path("children").forEach(child -> children.add(child.asString("")));
            return new LogTip(
                    new Subject(
                            json.path("table").asString(""),
                            json.path("tableId").asString(""),
                            json.path("stream").asString("")),
                    shard,
                    string(json, "parent"),
                    children,
                    json.path("opened").asBoolean(false),
                    time(json, "from"),
                    string(json, "last").map(LogFileName::padded).orElse(LogFileName.NOTHING),
                    time(json, "until"),
                    json.path("ended").asBoolean(false),
                    gaps);
        } catch (MalformedItemException | DateTimeException e) {
            throw new DamagedException(name, "it is not the tip of a change log: " + e.getMessage());
        }
    }

    private static Optional<String> string(JsonNode json, String name) {
        JsonNode value = json.path(name);
        return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
    }

    private static Optional<Instant> time(JsonNode json, String name) {
        return string(json, name).map(Instant::parse);
    }
}
