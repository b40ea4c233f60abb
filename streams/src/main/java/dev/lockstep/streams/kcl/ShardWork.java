package dev.lockstep.streams.kcl;

import dev.lockstep.change.StreamRecord;
import java.util.List;

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

    /** The shard was lost, handed over or read to its end; {@link #process} is not running for it. */
    default void closed(String shardId) {}
}
