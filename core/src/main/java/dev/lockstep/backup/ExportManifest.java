package dev.lockstep.backup;

import dev.lockstep.table.ItemJson;
import dev.lockstep.table.MalformedItemException;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * An export's {@code manifest-files.json}: what is known of each data file, by its key as it is now.
 *
 * @param items in all files
 */
record ExportManifest(Map<String, Known> files, long items, List<DamagedException> faults) {
    private static final int LONGEST = 1 << 16;

    /** Lines that are not what they should be are faults; the others are read. */
    static ExportManifest parse(String file, byte[] content, ExportKeys keys) {
        Map<String, Known> files = new LinkedHashMap<>();
        List<DamagedException> faults = new ArrayList<>();
        long[] count = new long[2];
        BackupLines.Form form = new BackupLines.Form(LONGEST, false);
        try {
            BackupLines.read(file, new ByteArrayInputStream(content), Known.NOTHING, form, line -> {
                count[1]++;
                try {
                    count[0] += read(ItemJson.parse(line), keys, files);
                } catch (MalformedItemException e) {
                    faults.add(new DamagedException(file, e.getMessage() + " (line " + count[1] + ")", e));
                }
            });
        } catch (DamagedException e) {
            faults.add(e);
        }
        return new ExportManifest(files, count[0], faults);
    }

    private static long read(JsonNode line, ExportKeys keys, Map<String, Known> files) throws MalformedItemException {
        String key = keys.now(Fields.text(line, "dataFileS3Key"));
        long items = Fields.number(line, "itemCount");
        Known known = Known.items(items, text(line, "md5Checksum"), text(line, "etag"));
        if (files.put(key, known) != null) {
            throw new MalformedItemException("a data file that is named twice");
        }
        return items;
    }

    private static Optional<String> text(JsonNode line, String field) {
        return Optional.of(line.path(field).asString("")).filter(text -> !text.isEmpty());
    }
}
