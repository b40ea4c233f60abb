package dev.lockstep.backup;

import dev.lockstep.table.MalformedItemException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file of items as it was stored.
 *
 * @param key of the object
 * @param items lines in it
 * @param bytes as stored, compressed
 * @param sha256 of these bytes, lower-case hex
 * @param md5 of these bytes, base64
 * @param etag as the store gave it, without quotes
 */
public record DataFile(String key, long items, long bytes, String sha256, String md5, String etag) {
    ObjectNode json() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("key", key)
                .put("items", items)
                .put("bytes", bytes)
                .put("sha256", sha256)
                .put("md5", md5)
                .put("etag", etag);
    }

    static DataFile of(JsonNode json) throws MalformedItemException {
        return new DataFile(
                Fields.text(json, "key"),
                Fields.number(json, "items"),
                Fields.number(json, "bytes"),
                Fields.text(json, "sha256"),
                Fields.text(json, "md5"),
                Fields.text(json, "etag"));
    }
}
