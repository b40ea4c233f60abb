package dev.lockstep.streams.kcl;

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

    /** @throws ExpiredIterator where the iterator is too old */
    ShardPage read(String shardId, String iterator);

    /** A fresh iterator is needed. */
    final class ExpiredIterator extends RuntimeException {
        ExpiredIterator(Throwable cause) {
            super("iterator expired", cause);
        }
    }
}
