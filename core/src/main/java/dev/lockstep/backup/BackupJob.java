package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.TableDocument;
import java.time.Instant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code lockstep-job.json}: what all runs of one job agree upon. Written by the first of them, before it reads the table.
 *
 * <pre>
 * {"lockstepJob":1, "id":"…", "tableId":"…", "segments":8, "consistent":true, "begin":"2024-…Z",
 *  "description":{the table's, as in table-description.json}}
 * </pre>
 *
 * @param begin when the first run began, by its machine's clock
 */
record BackupJob(String id, String tableId, int segments, Consistency reads, Instant begin, TableDocument table) {
    private static final int VERSION = 1;

    byte[] json() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("lockstepJob", VERSION)
                .put("id", id)
                .put("tableId", tableId)
                .put("segments", segments)
                .put("consistent", reads == Consistency.STRONG)
                .put("begin", begin.toString());
        try {
            json.set("description", ItemJson.parse(table.json()));
        } catch (MalformedItemException e) {
            throw new IllegalStateException(e);
        }
        return json.toString().getBytes(UTF_8);
    }

    static BackupJob parse(String file, byte[] content) {
        try {
            JsonNode json = ItemJson.parse(new String(content, UTF_8));
            Fields.version(json, "lockstepJob", VERSION);
            return new BackupJob(
                    Fields.text(json, "id"),
                    Fields.text(json, "tableId"),
                    (int) Math.min(Segment.MAX_TOTAL, Fields.number(json, "segments")),
                    Fields.flag(json, "consistent") ? Consistency.STRONG : Consistency.EVENTUAL,
                    Fields.instant(json, "begin"),
                    TableDocument.parse(json.path("description").toString()));
        } catch (MalformedItemException e) {
            throw new DamagedException(file, e.getMessage(), e);
        }
    }

    /** Refuses a run that would not fit the others. */
    void requireFits(String file, String table, BackupSettings settings) {
        if (!tableId.equals(table)) {
            throw misfit(file, "this job was begun on another table, or on one of this name that is gone");
        }
        int wanted = settings.onlySegment()
                .map(Segment::total)
                .orElse(settings.segments().orElse(segments));
        if (wanted != segments) {
            throw misfit(file, "this job was begun with --segments " + segments);
        }
        if (settings.reads() != reads) {
            throw misfit(
                    file, "this job was begun with" + (reads == Consistency.STRONG ? "out --eventual" : " --eventual"));
        }
    }

    private static InvalidSettingsException misfit(String file, String problem) {
        return new InvalidSettingsException(
                "back up to", file, problem, "Say the same again, or choose another --job-id");
    }
}
