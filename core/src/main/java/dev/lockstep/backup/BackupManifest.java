package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.objects.Digest;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@value #NAME}: what a full backup of ours consists of. It is written last, once, where there is none: a backup without it
 * does not exist.
 *
 * <pre>
 * {"lockstepBackup":1, "id":"…", "table":"arn:…", "tableId":"…", "keys":[{"name":"id","type":"S"}],
 *  "from":"2024-…Z", "to":"2024-…Z", "consistent":true, "segments":8, "items":…, "bytes":…,
 *  "files":[{"key":"…","items":…,"bytes":…,"sha256":"hex","md5":"base64","etag":"…"}],
 *  "others":{"manifest-files.json":"sha256 in hex", …},
 *  "sha256":"of all the above, as JSON without spaces"}
 * </pre>
 *
 * @param id of the job, the name of the backup's folder
 * @param table its ARN
 * @param from the backup holds each change that was made before, unless the item was changed again
 * @param to it holds no change that was made after
 * @param consistent whether it was read by strong reads; else {@code from} is a guess: no bound is documented
 * @param items in all files
 * @param bytes of all files, as stored
 * @param others the SHA-256, in hex, of the other files of the folder, by name
 */
public record BackupManifest(
        String id,
        String table,
        String tableId,
        KeySchema keys,
        Instant from,
        Instant to,
        boolean consistent,
        int segments,
        List<DataFile> files,
        long items,
        long bytes,
        Map<String, String> others) {
    /** In the backup's folder. */
    public static final String NAME = "lockstep-manifest.json";

    private static final int VERSION = 1;
    private static final String HASH = "sha256";
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    public BackupManifest {
        files = List.copyOf(files);
        others = Map.copyOf(others);
    }

    BackupManifest with(Map<String, String> hashes) {
        return new BackupManifest(
                id, table, tableId, keys, from, to, consistent, segments, files, items, bytes, hashes);
    }

    byte[] json() {
        ObjectNode json = JSON.objectNode()
                .put("lockstepBackup", VERSION)
                .put("id", id)
                .put("table", table)
                .put("tableId", tableId);
        json.set("keys", json(keys));
        json.put("from", from.toString())
                .put("to", to.toString())
                .put("consistent", consistent)
                .put("segments", segments)
                .put("items", items)
                .put("bytes", bytes);
        ArrayNode all = json.putArray("files");
        files.forEach(file -> all.add(file.json()));
        ObjectNode hashes = json.putObject("others");
        new TreeMap<>(others).forEach(hashes::put);
        json.put(HASH, Digest.SHA256.hexOf(json.toString().getBytes(UTF_8)));
        return json.toString().getBytes(UTF_8);
    }

    /**
     * @param file its name, for the message
     * @throws DamagedException where it is not what was written, or of a version that is not known
     */
    public static BackupManifest parse(String file, byte[] content) {
        try {
            JsonNode json = ItemJson.parse(new String(content, UTF_8));
            Fields.version(json, "lockstepBackup", VERSION);
            requireWhole((ObjectNode) json);
            BackupManifest manifest = of(json);
            manifest.requireSums();
            return manifest;
        } catch (MalformedItemException e) {
            throw new DamagedException(file, e.getMessage(), e);
        }
    }

    private static void requireWhole(ObjectNode json) throws MalformedItemException {
        String hash = Fields.text(json, HASH);
        json.remove(HASH);
        if (!hash.equals(Digest.SHA256.hexOf(json.toString().getBytes(UTF_8)))) {
            throw new MalformedItemException("it does not have the SHA-256 that it tells of itself: it was changed");
        }
    }

    private static BackupManifest of(JsonNode json) throws MalformedItemException {
        List<DataFile> files = new ArrayList<>();
        for (JsonNode file : Fields.array(json, "files")) {
            files.add(DataFile.of(file));
        }
        Map<String, String> others = new TreeMap<>();
        for (String name : json.path("others").propertyNames()) {
            others.put(name, Fields.text(json.path("others"), name));
        }
        return new BackupManifest(
                Fields.text(json, "id"),
                Fields.text(json, "table"),
                Fields.text(json, "tableId"),
                keys(json),
                Fields.instant(json, "from"),
                Fields.instant(json, "to"),
                Fields.flag(json, "consistent"),
                (int) Math.min(Integer.MAX_VALUE, Fields.number(json, "segments")),
                files,
                Fields.number(json, "items"),
                Fields.number(json, "bytes"),
                others);
    }

    private void requireSums() throws MalformedItemException {
        if (items != files.stream().mapToLong(DataFile::items).sum()
                || bytes != files.stream().mapToLong(DataFile::bytes).sum()) {
            throw new MalformedItemException("its files do not add up to what it tells of all");
        }
    }

    static ArrayNode json(KeySchema keys) {
        ArrayNode json = JSON.arrayNode();
        keys.attributes()
                .forEach(a -> json.addObject()
                        .put("name", a.name())
                        .put("type", a.type().toString()));
        return json;
    }

    static KeySchema keys(JsonNode json) throws MalformedItemException {
        List<KeyAttribute> keys = new ArrayList<>();
        for (JsonNode key : Fields.array(json, "keys")) {
            ScalarAttributeType type = ScalarAttributeType.fromValue(Fields.text(key, "type"));
            if (type == ScalarAttributeType.UNKNOWN_TO_SDK_VERSION) {
                throw new MalformedItemException("a key attribute of no known type");
            }
            keys.add(new KeyAttribute(Fields.text(key, "name"), type));
        }
        if (keys.isEmpty() || keys.size() > 2) {
            throw new MalformedItemException("it has not one or two key attributes");
        }
        return new KeySchema(keys.get(0), keys.size() == 1 ? Optional.empty() : Optional.of(keys.get(1)));
    }
}
