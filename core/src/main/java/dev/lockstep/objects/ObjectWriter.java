package dev.lockstep.objects;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Attempts;
import java.io.OutputStream;
import java.util.function.Supplier;

/**
 * Writes one object of any size, without holding more of it than one part.
 *
 * <p>Nothing is at the key until {@link #commit()}; a writer that is closed without one leaves nothing. So wrap it in a stream
 * that compresses or buffers only where that stream is finished or flushed, <em>not closed</em>, before the commit. All
 * failures are {@link LockstepException}s; after one the writer can only be closed. Used by one thread.
 */
public abstract class ObjectWriter extends OutputStream {
    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    @Override
    public abstract void write(byte[] bytes, int from, int length);

    /** Does nothing: parts are sent when they are full. */
    @Override
    public void flush() {}

    /**
     * Makes the object what was written, all at once; to be called once, as the last thing.
     *
     * @return false where the object had to be absent and is not, and then nothing was changed; true otherwise
     */
    public abstract boolean commit();

    /** The ETag of the object that was committed, without quotes; where it came in parts it is no MD5. */
    public abstract String etag();

    /** How many bytes were written so far. */
    public abstract long size();

    /** Without a commit before, gives up what was written. Closing again does nothing. */
    @Override
    public abstract void close();

    /** The same writer, at its beginning, whose calls are made again where they fail; itself where it makes none. */
    ObjectWriter retrying(RetryingUpload.Tries tries, Supplier<Attempts> triesToAbort) {
        return this;
    }
}
