package dev.lockstep.backup;

import dev.lockstep.objects.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** The bytes of a file as they are stored: counted and hashed on their way, as far as there is something to compare with. */
final class StoredBytes extends FilterInputStream {
    private final Known known;
    private final Optional<MessageDigest> md5;
    private final Optional<MessageDigest> sha256;
    private long count;

    StoredBytes(InputStream in, Known known) {
        super(in);
        this.known = known;
        this.md5 = known.md5().map(hash -> Digest.MD5.begin());
        this.sha256 = known.sha256().map(hash -> Digest.SHA256.begin());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int read = in.read(into, from, length);
        if (read > 0) {
            count += read;
            md5.ifPresent(digest -> digest.update(into, from, read));
            sha256.ifPresent(digest -> digest.update(into, from, read));
        }
        return read;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /** What does not fit what was known, now that all is read. */
    Optional<String> misfit() {
        if (known.bytes().isPresent() && known.bytes().getAsLong() != count) {
            return Optional.of("it has " + count + " bytes, its manifest says "
                    + known.bytes().getAsLong());
        }
        if (!fits(sha256, known.sha256(), HexFormat.of()::formatHex)) {
            return Optional.of("its SHA-256 is not the one that its manifest tells: it was changed");
        }
        if (!fits(md5, known.md5(), Base64.getEncoder()::encodeToString)) {
            return Optional.of("its MD5 is not the one that its manifest tells: it was changed");
        }
        return Optional.empty();
    }

    private interface Text {
        String of(byte[] hash);
    }

    private static boolean fits(Optional<MessageDigest> digest, Optional<String> told, Text text) {
        return digest.map(d -> text.of(d.digest()).equals(told.orElseThrow())).orElse(true);
    }
}
