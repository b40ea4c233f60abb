package dev.lockstep.streams.kcl;

import dev.lockstep.change.StreamRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is done with the records of the shards that this process holds. */
public interface ShardWork {
    /**
     * Makes records durable at every destination, in their order: one thread a shard, several shards at once.
     *
     * <p>When it returns, the position may be kept behind the last of them. It may block for hours, since it tries again
     * by itself; it is interrupted when the shard is lost to another process, or when the worker stops and patience has
     * run out, and must then return or throw soon. Records may come again after a crash.
     *
     * @throws RuntimeException to end the worker with this failure; the records are not taken as done
     */
    void process(String shardId, List<StreamRecord> records);

    /** This process now holds the shard; no other thread works on it any more. */
    default void opened(String shardId) {}

    /** The same, told where the reading begins. It may not block for long. */
    default void opened(String shardId, Beginning from) {
        opened(shardId);
    }

    /**
     * Where the reading of a shard begins.
     *
     * @param after the sequence number of the last record whose position was kept; empty where it begins with the oldest
     *     that the stream has
     * @param whole with {@code after} empty: whether that is certainly the first that the shard ever had
     */
    record Beginning(Optional<String> after, boolean whole) {}

    /**
     * There was nothing after the last record. The service may say so of a shard that has more, now and then.
     *
     * @param asked about when, by the service's clock where it tells
     */
    default void nothingNew(String shardId, Instant asked) {}

    /**
     * The shard has no records after the last; called before its end is kept, and so before its children begin. As
     * {@link #process}, it may block, and is interrupted.
     */
    default void ended(String shardId) {}

    /** The shard was lost, handed over or read to its end; {@link #process} is not running for it. */
    default void closed(String shardId) {}
}
