package dev.lockstep.backup;

import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.objects.ObjectWriter;
import dev.lockstep.table.Item;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * One file of items while it is written: lines of DynamoDB JSON, compressed, sent in parts, its hashes reckoned on the way.
 * Nothing is at the key before {@link #commit}. Used by one thread.
 */
final class BackupFile implements AutoCloseable {
    private static final String TYPE = "application/gzip";

    private final String key;
    private final ObjectWriter writer;
    private final MessageDigest sha256 = digest("SHA-256");
    private final MessageDigest md5 = digest("MD5");
    private final ItemLines lines;

    BackupFile(ObjectStore objects, String key, Options options, ItemLines.Form form) {
        this.key = key;
        this.writer = objects.create(key, options.ofType(TYPE));
        this.lines = new ItemLines(new Hashing(writer), form);
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    void add(Item item) {
        lines.add(item);
    }

    /** Compressed so far, but for what the compression still holds. */
    long bytes() {
        return writer.size();
    }

    /**
     * Makes the object; to be called once, as the last thing.
     *
     * @return empty where it had to be absent and is not
     */
    Optional<DataFile> commit() {
        lines.finish();
        if (!writer.commit()) {
            return Optional.empty();
        }
        return Optional.of(new DataFile(
                key,
                lines.items(),
                writer.size(),
                HexFormat.of().formatHex(sha256.digest()),
                Base64.getEncoder().encodeToString(md5.digest()),
                writer.etag()));
    }

    /** Without a commit before, leaves nothing. */
    @Override
    public void close() {
        lines.close();
        writer.close();
    }

    private final class Hashing extends FilterOutputStream {
        Hashing(OutputStream target) {
            super(target);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            sha256.update(bytes, from, length);
            md5.update(bytes, from, length);
            out.write(bytes, from, length);
        }
    }
}
