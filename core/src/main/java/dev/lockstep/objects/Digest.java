package dev.lockstep.objects;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The digests that S3 and the formats kept on it use. MD5 finds accidents, not attacks. */
public enum Digest {
    SHA256("SHA-256"),
    MD5("MD5");

    private final String algorithm;

    Digest(String algorithm) {
        this.algorithm = algorithm;
    }

    public byte[] of(byte[] content) {
        return begin().digest(content);
    }

    /** For content that comes in pieces. */
    public MessageDigest begin() {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    /** In lower-case hex. */
    public String hexOf(byte[] content) {
        return HexFormat.of().formatHex(of(content));
    }
}
