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

    /** The DynamoDB operation, for example {@code PutItem}, or "none". */
    String api() {
        String target = headers.getOrDefault("x-amz-target", "none");
        return target.substring(target.lastIndexOf('.') + 1);
    }

    boolean wantsClose() {
        return headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT).equals("close");
    }

    Request withBody(byte[] newBody) {
        return new Request(method, path, headers, newBody);
    }
}
