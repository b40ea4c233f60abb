package dev.lockstep.streams.kcl;

import java.time.Instant;

/**
 * Reads one stream's shards, in the calling thread.
 *
 * <p>Failures that may pass come out as the SDK's exceptions and are tried again; a {@link
 * dev.lockstep.LockstepException} ends the worker.
 */
interface ShardCalls {
    /**
     * An iterator that begins after that record.
     *
     * @param position a sequence number, or KCL's word for the oldest or the next record
     */
    String iterator(String shardId, String position);

    /**
     * An iterator that begins with the first record that the shard ever had.
     *
     * @throws LostChangesException where that is gone; "the oldest" would be what is left of the shard
     */
    String firstIterator(String shardId);

    /**
     * @throws ExpiredIterator where the iterator is too old
     * @throws TrimmedIterator where the service says that what it points to is gone, which may or may not be so
     */
    ShardPage read(String shardId, String iterator);

    /** Whether the shard is so young, or was read so lately, that nothing in it can be gone. */
    boolean young(String shardId, Instant lastRead);

    /** It must be found out whether changes are gone. */
    final class TrimmedIterator extends RuntimeException {
        TrimmedIterator(Throwable cause) {
            super("iterator trimmed", cause);
        }
    }

    /** A fresh iterator is needed. */
    final class ExpiredIterator extends RuntimeException {
        ExpiredIterator(Throwable cause) {
            super("iterator expired", cause);
        }
    }
}
