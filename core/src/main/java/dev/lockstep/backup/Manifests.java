package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.objects.Digest;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.table.TableDocument;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes all that stands beside the data of a full backup: what readers of DynamoDB's own exports look for, then our
 * manifest. The same manifest gives the same files, byte for byte, whoever writes them.
 */
final class Manifests {
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final ObjectStore objects;
    private final BackupLayout layout;
    private final TableDocument table;
    private final Map<String, String> hashes = new LinkedHashMap<>();

    Manifests(ObjectStore objects, BackupLayout layout, TableDocument table) {
        this.objects = objects;
        this.layout = layout;
        this.table = table;
    }

    /** @param manifest but for the hashes of the other files; the same with them is returned, and is durable */
    BackupManifest write(BackupManifest manifest) {
        put(BackupLayout.TABLE, table.json().getBytes(UTF_8));
        byte[] files = files(manifest);
        put(BackupLayout.FILES, files);
        put(BackupLayout.FILES_MD5, md5(files).getBytes(UTF_8));
        byte[] summary = summary(manifest).toString().getBytes(UTF_8);
        put(BackupLayout.SUMMARY_MD5, md5(summary).getBytes(UTF_8));
        put(BackupLayout.SUMMARY, summary);
        BackupManifest whole = manifest.with(hashes);
        objects.put(layout.key(BackupManifest.NAME), whole.json(), Options.IF_ABSENT.ofType("application/json"));
        return whole;
    }

    private void put(String name, byte[] content) {
        objects.put(layout.key(name), content, Options.REPLACE);
        hashes.put(name, Digest.SHA256.hexOf(content));
    }

    private static String md5(byte[] content) {
        return Base64.getEncoder().encodeToString(Digest.MD5.of(content));
    }

    private static byte[] files(BackupManifest manifest) {
        StringBuilder lines = new StringBuilder();
        manifest.files()
                .forEach(file -> lines.append(JsonNodeFactory.instance
                                .objectNode()
                                .put("itemCount", file.items())
                                .put("md5Checksum", file.md5())
                                .put("etag", file.etag())
                                .put("dataFileS3Key", file.key()))
                        .append('\n'));
        return lines.toString().getBytes(UTF_8);
    }

    /** The time of an export is that from which on changes may be missing. */
    private ObjectNode summary(BackupManifest manifest) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("version", "2020-06-30")
                .put("exportArn", manifest.table() + "/export/" + manifest.id())
                .put("startTime", millis(manifest.from()))
                .put("endTime", millis(manifest.to()))
                .put("tableArn", manifest.table())
                .put("tableId", manifest.tableId())
                .put("exportTime", millis(manifest.from()))
                .put("s3Bucket", layout.folder().bucket());
        String prefix = layout.base();
        if (prefix.isEmpty()) {
            json.putNull("s3Prefix");
        } else {
            json.put("s3Prefix", prefix);
        }
        return json.putNull("s3SseAlgorithm")
                .putNull("s3SseKmsKeyId")
                .put("manifestFilesS3Key", layout.key(BackupLayout.FILES))
                .put(
                        "billedSizeBytes",
                        Objects.requireNonNullElse(table.description().tableSizeBytes(), 0L))
                .put("itemCount", manifest.items())
                .put("outputFormat", "DYNAMODB_JSON")
                .put("exportType", "FULL_EXPORT");
    }

    private static String millis(Instant time) {
        return MILLIS.format(time);
    }
}
