package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.StoredObject;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.MalformedItemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * An export by AWS Data Pipeline or EMR: a {@code manifest} that names the files beside it, whose lines are items with
 * lower-case types.
 *
 * <pre>
 * {"name":"DynamoDB-export","version":3,"entries":[{"url":"s3://bucket/prefix/FILE","mandatory":true}]}
 * </pre>
 */
final class PipelineExport {
    static final String MANIFEST = "manifest";

    private static final String NAME = "DynamoDB-export";
    private static final int MAX_FAULTS = 1000;

    /** What the tools leave beside the data. */
    private static final Set<String> OTHERS = Set.of(MANIFEST, "_SUCCESS");

    private PipelineExport() {}

    static boolean isIn(ObjectStore objects, String folder) {
        return objects.get(folder + MANIFEST)
                .map(StoredObject::content)
                .filter(content -> new String(content, UTF_8).contains(NAME))
                .isPresent();
    }

    /**
     * @param folder with a slash at its end
     * @throws DamagedException where its manifest cannot be read
     */
    static Source open(ObjectStore objects, String folder) {
        String manifest = objects.name() + "/" + folder + MANIFEST;
        byte[] content = objects.get(folder + MANIFEST)
                .map(StoredObject::content)
                .orElseThrow(() -> new DamagedException(manifest, "it is missing"));
        List<DamagedException> faults = new ArrayList<>();
        Set<String> missing = names(manifest, content);
        List<Part> parts = new ArrayList<>();
        FilePart.Lines lines = FilePart.Lines.of(JsonLine.LOWER_CASE);
        objects.list(folder).forEach(entry -> {
            String name = entry.key().substring(folder.length());
            if (missing.remove(name)) {
                parts.add(new FilePart(objects, entry.key(), entry.size(), Known.NOTHING, lines));
            } else if (!OTHERS.contains(name) && faults.size() < MAX_FAULTS) {
                faults.add(new DamagedException(
                        objects.name() + "/" + entry.key(), "it is not of this export: its manifest does not name it"));
            }
        });
        missing.forEach(
                name -> faults.add(new DamagedException(objects.name() + "/" + folder + name, "it is missing")));
        return FileSource.of(
                objects.name() + "/" + folder.replaceAll("/$", ""),
                "an export of Data Pipeline or EMR",
                Optional.empty(),
                parts,
                faults);
    }

    /** All is beside the manifest, wherever it was first written: of each URL only the last part counts. */
    private static Set<String> names(String manifest, byte[] content) {
        try {
            JsonNode json = ItemJson.parse(new String(content, UTF_8));
            Set<String> names = new TreeSet<>();
            for (JsonNode entry : Fields.array(json, "entries")) {
                String url = Fields.text(entry, "url");
                String name = url.substring(url.lastIndexOf('/') + 1);
                if (!url.startsWith("s3") || List.of("", ".", "..").contains(name) || url.contains("/../")) {
                    throw new MalformedItemException("an entry whose URL leads nowhere");
                }
                if (!names.add(name)) {
                    throw new MalformedItemException("a file that is named twice");
                }
            }
            return names;
        } catch (MalformedItemException e) {
            throw new DamagedException(manifest, e.getMessage(), e);
        }
    }
}
