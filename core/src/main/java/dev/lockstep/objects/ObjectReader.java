package dev.lockstep.objects;

import dev.lockstep.LockstepException;
import java.io.InputStream;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One object of any size, read from its begin to its end in bounded memory. Whoever sees the end has seen every byte of this
 * one object: a body that ends early, or is not what the store says of it, is a {@link LockstepException}.
 *
 * <p>Closing early ends the connection instead of reading the rest. Used by one thread.
 */
public abstract class ObjectReader extends InputStream {
    private final long size;
    private final String etag;
    private final Instant lastModified;

    protected ObjectReader(long size, String etag, Instant lastModified) {
        this.size = size;
        this.etag = etag;
        this.lastModified = lastModified;
    }

    /** How many bytes the whole object has. */
    public final long size() {
        return size;
    }

    /** As the store gave it, without quotes. */
    public final String etag() {
        return etag;
    }

    /** In whole seconds. */
    public final Instant lastModified() {
        return lastModified;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into) {
        return read(into, 0, into.length);
    }

    @Override
    public abstract int read(byte[] into, int from, int length);

    @Override
    public abstract void close();

    /**
     * The rest of the same object, from where reading failed, by a new request.
     *
     * @throws LockstepException also where it was replaced or deleted since it was opened
     */
    protected abstract ObjectReader resumed();

    static LockstepException changed(String operation, String subject, String etag, @Nullable Throwable cause) {
        return new LockstepException(
                operation,
                subject,
                "it is not the one with the ETag " + etag + " any more",
                "It was replaced meanwhile: run the same command again to take the new one",
                false,
                cause);
    }

    static LockstepException deleted(String subject) {
        return new LockstepException(
                "GetObject",
                subject,
                "it was deleted while it was read",
                "Run the same command again to take what is there now");
    }
}
