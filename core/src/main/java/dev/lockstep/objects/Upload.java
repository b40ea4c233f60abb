package dev.lockstep.objects;

import java.util.List;
import java.util.Optional;

/** The calls that make one object, either whole or in parts; each may be made again. Used by one thread. */
interface Upload {
    /**
     * Writes the object in one call.
     *
     * @return its ETag; empty where it had to be absent and is not
     */
    Optional<String> put(Part content);

    /** Begins to send parts. */
    void begin();

    /** Sends a part, or replaces the one of this number. */
    Sent send(int number, Part part);

    /** Makes the object of all parts, in their order; returns as {@link #put}. */
    Optional<String> complete(List<Sent> parts);

    /** The ETag of what is at the key, where this upload wrote it. */
    Optional<String> written();

    /** Drops what was begun; fine where it is gone. */
    void abort();

    /** The first {@code length} of the bytes. Nobody writes to them before the call is over. */
    @SuppressWarnings("ArrayRecordComponent")
    record Part(byte[] bytes, int length) {}

    /** What the store must be told of a part to complete it. */
    record Sent(int number, String etag, String sha256) {}
}
