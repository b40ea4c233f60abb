package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.table.ItemJson;
import dev.lockstep.table.MalformedItemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code segments/I.json}: a segment that is done. Written once, where there is none: of two runs of one segment the files of
 * one count.
 *
 * <pre>
 * {"lockstepSegment":1, "segment":0, "end":"2024-…Z", "files":[as in the manifest]}
 * </pre>
 *
 * @param end when the last page had been read, by this machine's clock
 */
record SegmentRecord(int segment, Instant end, List<DataFile> files) {
    private static final int VERSION = 1;

    SegmentRecord {
        files = List.copyOf(files);
    }

    byte[] json() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("lockstepSegment", VERSION)
                .put("segment", segment)
                .put("end", end.toString());
        ArrayNode all = json.putArray("files");
        files.forEach(file -> all.add(file.json()));
        return json.toString().getBytes(UTF_8);
    }

    static SegmentRecord parse(String file, byte[] content) {
        try {
            JsonNode json = ItemJson.parse(new String(content, UTF_8));
            Fields.version(json, "lockstepSegment", VERSION);
            List<DataFile> files = new ArrayList<>();
            for (JsonNode f : Fields.array(json, "files")) {
                files.add(DataFile.of(f));
            }
            return new SegmentRecord((int) Fields.number(json, "segment"), Fields.instant(json, "end"), files);
        } catch (MalformedItemException e) {
            throw new DamagedException(file, e.getMessage(), e);
        }
    }
}
