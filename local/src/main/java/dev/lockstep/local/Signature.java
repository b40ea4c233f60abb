package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The signature of a request (AWS Signature Version 4, in the Authorization header), as its receiver checks it. Immutable.
 *
 * @param key the access key id that it names
 * @param scope date, Region and service, as {@code 20250301/us-east-1/sts/aws4_request}
 */
record Signature(String key, String scope, String headers, String value) {
    private static final Pattern AUTHORIZATION = Pattern.compile(
            "AWS4-HMAC-SHA256 Credential=([^/,]+)/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})");
    private static final String PAYLOAD = "x-amz-content-sha256";

    /** Empty where the request is not signed so. */
    static Optional<Signature> of(Request request) {
        Matcher m = AUTHORIZATION.matcher(request.headers().getOrDefault("authorization", ""));
        return m.matches()
                ? Optional.of(new Signature(m.group(1), m.group(2), m.group(3), m.group(4)))
                : Optional.empty();
    }

    String service() {
        return scope.split("/")[2];
    }

    /** Whether it was made with this secret, for just this request. */
    boolean isBy(String secret, Request request) {
        String toSign = String.join(
                "\n",
                "AWS4-HMAC-SHA256",
                request.headers().getOrDefault("x-amz-date", ""),
                scope,
                sha256(canonical(request).getBytes(UTF_8)));
        byte[] signing = ("AWS4" + secret).getBytes(UTF_8);
        for (String part : scope.split("/")) {
            signing = hmac(signing, part);
        }
        return MessageDigest.isEqual(
                value.getBytes(UTF_8), hex(hmac(signing, toSign)).getBytes(UTF_8));
    }

    /** What is signed. STS repeats it where the signature does not fit. */
    String canonical(Request request) {
        String[] target = request.path().split("\\?", 2);
        String query = target.length < 2 ? "" : query(target[1]);
        String lines = Arrays.stream(headers.split(";"))
                .map(name -> name + ":" + value(request, name) + "\n")
                .collect(Collectors.joining());
        return String.join("\n", request.method(), target[0], query, lines, headers, payload(request));
    }

    private static String query(String raw) {
        return Stream.of(raw.split("&"))
                .map(part -> part.contains("=") ? part : part + "=")
                .sorted()
                .collect(Collectors.joining("&"));
    }

    private static String value(Request request, String name) {
        return request.headers().getOrDefault(name, "").strip().replaceAll(" +", " ");
    }

    /** A body that is not the one that was signed makes another hash, and so another signature. */
    private static String payload(Request request) {
        String told = request.headers().getOrDefault(PAYLOAD, "");
        return told.startsWith("UNSIGNED-") || told.startsWith("STREAMING-") ? told : sha256(request.body());
    }

    private static String sha256(byte[] bytes) {
        try {
            return hex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
