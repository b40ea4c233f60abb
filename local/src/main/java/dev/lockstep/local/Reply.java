package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import tools.jackson.databind.JsonNode;

/**
 * One HTTP answer. Its length and, unless a header says otherwise, its checksum are worked out when it is sent. Immutable by agreement.
 *
 * @param headers names in lower case; without content-length
 */
@SuppressWarnings("ArrayRecordComponent")
record Reply(int status, Map<String, String> headers, byte[] body) {
    static final String CRC = "x-amz-crc32";

    /** Stands for a header that is not sent, not even worked out. */
    static final String NO_HEADER = "";

    private static final String DYNAMODB = "com.amazonaws.dynamodb.v20120810#";
    private static final AtomicLong OWN = new AtomicLong();

    /** An answer of the proxy's own, with a request id of its own. */
    static Reply json(int status, JsonNode body) {
        String id = "LOCKSTEP" + OWN.incrementAndGet();
        return new Reply(
                status, Map.of("content-type", "application/x-amz-json-1.0", "x-amzn-requestid", id), Json.bytes(body));
    }

    /** An error as DynamoDB words it. A type without a namespace gets DynamoDB's. */
    static Reply error(int status, String type, String message) {
        String qualified = type.contains("#") ? type : DYNAMODB + type;
        return json(status, Json.object().put("__type", qualified).put("message", message));
    }

    /** An error as S3 words it. */
    static Reply s3Error(int status, String code, String message) {
        String id = "LOCKSTEP" + OWN.incrementAndGet();
        String xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code><Message>" + message
                + "</Message><RequestId>" + id + "</RequestId></Error>";
        return new Reply(
                status,
                Map.of("content-type", "application/xml", "x-amz-request-id", id, CRC, NO_HEADER),
                xml.getBytes(UTF_8));
    }

    boolean ok() {
        return status == 200;
    }

    Reply with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Reply(status, more, body);
    }

    Reply withBody(byte[] newBody) {
        return new Reply(status, headers, newBody);
    }

    Reply withJson(JsonNode newBody) {
        return withBody(Json.bytes(newBody));
    }

    long crc() {
        CRC32 crc = new CRC32();
        crc.update(body);
        return crc.getValue();
    }
}
