package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.lockstep.objects.Digest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** The hash of a manifest in a small file beside it: MD5 or SHA-256, base64 or hex. */
final class SideFile {
    private SideFile() {}

    /** Whether the hash is that of the content; where it is none that is known, nothing can be said against the content. */
    static boolean fits(byte[] side, byte[] content) {
        return hash(new String(side, US_ASCII).trim())
                .map(hash -> Arrays.equals(hash, digest(hash.length).of(content)))
                .orElse(true);
    }

    private static Digest digest(int length) {
        return length == 16 ? Digest.MD5 : Digest.SHA256;
    }

    private static Optional<byte[]> hash(String text) {
        return Optional.of(text)
                .flatMap(t -> t.length() == 32 || t.length() == 64 ? hex(t) : base64(t))
                .filter(hash -> hash.length == 16 || hash.length == 32);
    }

    private static Optional<byte[]> hex(String text) {
        try {
            return Optional.of(HexFormat.of().parseHex(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> base64(String text) {
        try {
            return Optional.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
