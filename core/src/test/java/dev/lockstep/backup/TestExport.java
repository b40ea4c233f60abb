package dev.lockstep.backup;

import static dev.lockstep.backup.TestBucket.gzip;
import static dev.lockstep.backup.TestBucket.md5;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An export as DynamoDB writes it, file by file. */
final class TestExport {
    static final String TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/ProductCatalog";

    private final TestBucket bucket;
    private final String id;
    private final List<String> manifest = new ArrayList<>();
    private final List<String> files = new ArrayList<>();
    private String prefix = "2020-Nov";
    private boolean prefixInKeys = true;
    private String table = TABLE;
    private String tableId = "12345a12-abcd-123a-ab12-1234abc12345";
    private String format = "DYNAMODB_JSON";
    private Optional<String> from = Optional.empty();
    private String to = "2020-11-04T07:00:00.000Z";
    private String filter = "";
    private long items;

    TestExport(TestBucket bucket, String id) {
        this.bucket = bucket;
        this.id = id;
    }

    /** Where exports go; keys in the manifests begin with it, or don't. */
    TestExport prefix(String given, boolean inKeys) {
        prefix = given;
        prefixInKeys = inKeys;
        return this;
    }

    TestExport ion() {
        format = "ION";
        return this;
    }

    TestExport of(String arn, String id) {
        table = arn;
        tableId = id;
        return this;
    }

    TestExport at(String time) {
        to = time;
        return this;
    }

    /** Of a part of the table; DynamoDB has no such export yet, but one must not be taken for the whole. */
    TestExport filtered() {
        filter = "\"filterExpression\":\"a = b\",";
        return this;
    }

    TestExport window(String begin, String end) {
        from = Optional.of(begin);
        to = end;
        return this;
    }

    private String base() {
        return prefix.isEmpty() ? "" : prefix + "/";
    }

    String folder() {
        return base() + "AWSDynamoDB/" + id;
    }

    /** The key of its i-th data file. */
    String file(int i) {
        return files.get(i);
    }

    TestExport file(String... lines) {
        String name = id + "-" + files.size() + (format.equals("ION") ? ".ion.gz" : ".json.gz");
        String key = (from.isPresent() ? "AWSDynamoDB/data/" : "AWSDynamoDB/" + id + "/data/") + name;
        byte[] content = bucket.put(base() + key, lines.length == 0 ? new byte[0] : gzip(lines));
        files.add(base() + key);
        named((prefixInKeys ? base() : "") + key, lines.length, md5(content));
        items += lines.length;
        return this;
    }

    TestExport named(String key, long itemCount, String md5) {
        manifest.add("{\"itemCount\":" + itemCount + ",\"md5Checksum\":\"" + md5
                + "\",\"etag\":\"f76311a5aee7cb4a2a7bbd2c23f2ee5b-1\",\"dataFileS3Key\":\"" + key + "\"}");
        return this;
    }

    /** The manifests, as the last thing. */
    TestExport done() {
        byte[] all = bucket.put(folder() + "/manifest-files.json", TestBucket.text(manifest.toArray(String[]::new)));
        bucket.put(folder() + "/manifest-files.md5", md5(all));
        String summary = "{\"version\":\"" + (from.isPresent() ? "2023-08-01" : "2020-06-30") + "\",\"exportArn\":\""
                + table + "/export/" + id + "\",\"startTime\":\"2020-11-04T07:28:34.028Z\","
                + "\"endTime\":\"2020-11-04T07:33:43.897Z\",\"tableArn\":\"" + table + "\",\"tableId\":\"" + tableId
                + "\","
                + from.map(begin -> "\"exportFromTime\":\"" + begin + "\",\"exportToTime\":\"" + to
                                + "\",\"outputView\":\"NEW_AND_OLD_IMAGES\",\"exportType\":\"INCREMENTAL_EXPORT\",")
                        .orElse("\"exportTime\":\"" + to + "\",")
                + filter + "\"s3Bucket\":\"ddb-productcatalog-export\",\"s3Prefix\":"
                + (prefix.isEmpty() ? "null" : "\"" + prefix + "\"")
                + ",\"s3SseAlgorithm\":\"AES256\",\"s3SseKmsKeyId\":null,\"manifestFilesS3Key\":\""
                + (prefixInKeys ? base() : "") + "AWSDynamoDB/" + id
                + "/manifest-files.json\",\"billedSizeBytes\":0,\"itemCount\":" + items + ",\"outputFormat\":\""
                + format + "\"}";
        bucket.put(folder() + "/manifest-summary.json", summary);
        bucket.put(folder() + "/manifest-summary.checksum", md5(bucket.get(folder() + "/manifest-summary.json")));
        bucket.put(folder() + "/_started", "");
        return this;
    }
}
