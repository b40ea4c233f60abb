package dev.lockstep.objects;

import dev.lockstep.LockstepException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One bucket of objects: items, manifests and locks, each small enough for memory, and files of any size, which are written
 * and read as streams.
 *
 * <p>Every call blocks the calling thread and may be made from any thread. It sees all writes that were answered before it
 * began. It may fail with a {@link LockstepException}, whose {@code retryable} says whether the same call may be made
 * again; a put or delete that failed so has an unknown outcome. Wrap a store in {@link RetryingObjects} to have calls made
 * again. Keys are ASCII, without {@code .} or {@code ..} or empty parts.
 */
public interface ObjectStore {
    /** No object read into memory is larger. */
    int MAX_BYTES = 64 << 20;

    /** {@code s3://bucket}: in results, messages and logs. */
    String name();

    /**
     * Writes a whole object; readers see the old or the new one, never a part. The store checks what arrives against its
     * SHA-256.
     *
     * @return false where the object had to be absent and is not; always true otherwise
     */
    boolean put(String key, byte[] content, Options options);

    /**
     * Writes a whole object where the one that is there is the one with this ETag.
     *
     * @param ifMatch null: where there is none
     * @return the new ETag; empty where another object is there, or none, and then nothing was changed
     */
    default Optional<String> replace(String key, byte[] content, @Nullable String ifMatch) {
        throw new UnsupportedOperationException(name() + " replaces without conditions only");
    }

    /**
     * Reads an object, and checks what arrives against what the store says of it.
     *
     * @return empty where there is none
     * @throws LockstepException also where it is larger than {@link #MAX_BYTES}
     */
    Optional<StoredObject> get(String key);

    /** Deletes an object; one that is absent is fine. Where the bucket keeps versions, a delete marker is left. */
    void delete(String key);

    /**
     * One page of the objects whose keys begin with the prefix, in the order of their keys.
     *
     * @param after only keys that come after it; empty for all
     * @param next what the page before gave; null for the first
     */
    Page page(String prefix, String after, @Nullable String next);

    /** All objects whose keys begin with the prefix, in the order of their keys; asks for a page when it gets there. */
    default Stream<Entry> list(String prefix) {
        return list(prefix, "");
    }

    /** Those whose keys come after this one. */
    default Stream<Entry> list(String prefix, String after) {
        return Listing.of(next -> page(prefix, after, next), Page::entries, Page::next);
    }

    /** Whether several listings at once take less time than one: where each page is a call over the network. */
    default boolean listsInCalls() {
        return true;
    }

    /**
     * Begins to write an object of any size. It is there, whole, once the writer has committed, and never before; readers see
     * the old or the new one. Each part is checked against its SHA-256 by the store.
     *
     * <p>Between the two nothing is at the key, but the store keeps, and bills, the parts of a process that was killed: let the
     * bucket's lifecycle rules abort incomplete multipart uploads.
     */
    ObjectWriter create(String key, Options options);

    /**
     * Begins to read an object of any size. The store has begun to answer when this returns.
     *
     * @param ifMatch only the object with this ETag; null for whichever is there
     * @return empty where there is none
     * @throws LockstepException also where there is another than {@code ifMatch}
     */
    Optional<ObjectReader> open(String key, @Nullable String ifMatch);

    /**
     * One page of all versions, delete markers too, of the objects whose keys begin with the prefix: in the order of their
     * keys, and of each key the newest first.
     *
     * @param next what the page before gave; null for the first
     */
    VersionPage versions(String prefix, @Nullable VersionMark next);

    /** All versions, in the same order; asks for a page when it gets there. */
    default Stream<Version> versions(String prefix) {
        return Listing.of(next -> versions(prefix, next), VersionPage::versions, VersionPage::next);
    }

    /**
     * Reads a version of an object, as {@link #get(String)} does.
     *
     * @return empty where there is no such version, or it is a delete marker
     */
    Optional<StoredObject> get(String key, String versionId);

    /** Whether the bucket keeps versions, or did so until that was suspended. */
    boolean keepsVersions();

    /**
     * How to put.
     *
     * @param ifAbsent only where there is no such object: of several writers at once one wins
     * @param metadata short ASCII texts that stay with the object
     */
    record Options(boolean ifAbsent, Optional<String> contentType, Map<String, String> metadata) {
        /** Replaces what is there. */
        public static final Options REPLACE = new Options(false, Optional.empty(), Map.of());

        /** Leaves what is there. */
        public static final Options IF_ABSENT = new Options(true, Optional.empty(), Map.of());

        public Options {
            metadata = Map.copyOf(metadata);
        }

        public Options ofType(String type) {
            return new Options(ifAbsent, Optional.of(type), metadata);
        }

        public Options with(Map<String, String> more) {
            return new Options(ifAbsent, contentType, more);
        }
    }

    /**
     * An object as it was read. Immutable by agreement: nobody writes to the array.
     *
     * @param etag as the store gave it, without quotes
     * @param lastModified whole seconds
     */
    @SuppressWarnings("ArrayRecordComponent")
    record StoredObject(byte[] content, String etag, Instant lastModified, Map<String, String> metadata) {}

    /** An object as a listing tells of it. */
    record Entry(String key, long size, String etag, Instant lastModified) {}

    /** @param next for the page after it; null where it is the last */
    record Page(List<Entry> entries, @Nullable String next) {}

    /**
     * One of the objects that were at a key, or a delete marker: the note that from then on there was none.
     *
     * @param versionId {@code "null"} for what was put while the bucket kept no versions
     * @param lastModified when it was put; whole seconds, so several of a key may have the same
     * @param delete whether it is a delete marker; then the size is 0 and the ETag empty
     * @param latest whether it is what a reader sees now
     */
    record Version(
            String key,
            String versionId,
            Instant lastModified,
            boolean delete,
            boolean latest,
            long size,
            String etag) {}

    /** Where a page of versions ended. */
    record VersionMark(String key, @Nullable String versionId) {}

    /** @param next for the page after it; null where it is the last */
    record VersionPage(List<Version> versions, @Nullable VersionMark next) {}
}
