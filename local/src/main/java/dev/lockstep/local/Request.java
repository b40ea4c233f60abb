package dev.lockstep.local;

import java.util.Locale;
import java.util.Map;

/**
 * One HTTP request as the client sent it. Immutable by agreement: nobody writes to the array.
 *
 * @param headers names in lower case
 */
@SuppressWarnings("ArrayRecordComponent")
record Request(String method, String path, Map<String, String> headers, byte[] body) {

    /** The operation: DynamoDB's, for example {@code PutItem}, one of those of S3 that we use, or "none". */
    String api() {
        return isS3() ? S3Operation.of(method, path) : dynamoApi();
    }

    /** Whether it was signed for S3. */
    boolean isS3() {
        return headers.getOrDefault("authorization", "").contains("/s3/aws4_request");
    }

    private String dynamoApi() {
        String target = headers.getOrDefault("x-amz-target", "none");
        return target.substring(target.lastIndexOf('.') + 1);
    }

    boolean wantsClose() {
        return headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT).equals("close");
    }

    /** Whether no body may follow the answer's headers. */
    boolean wantsHeadOnly() {
        return method.equals("HEAD");
    }

    Request withBody(byte[] newBody) {
        return new Request(method, path, headers, newBody);
    }
}
