package dev.lockstep.streams.kcl;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a worker is doing, at one moment. Immutable.
 *
 * @param worker this process's name among those that share the work
 * @param leader whether it gives away the shards
 * @param shards those that this process holds
 * @param leases of all processes, as they were within the last second
 * @param lastError the last failure that it met and will try again after
 */
public record WorkerStatus(
        String worker, boolean leader, List<Shard> shards, List<Lease> leases, Optional<String> lastError) {
    public WorkerStatus {
        shards = List.copyOf(shards);
        leases = List.copyOf(leases);
    }

    /**
     * A shard of the stream, whoever holds it.
     *
     * @param position a sequence number, TRIM_HORIZON, LATEST or SHARD_END
     */
    public record Lease(String shardId, Optional<String> owner, String position) {}

    /**
     * A shard that this process holds.
     *
     * @param sequence of the last record that was processed
     * @param recordTime when that change was made
     * @param millisBehind how old the last change was when it was read; 0 where there was nothing more to read
     * @param records processed here so far
     * @param atTip whether there was nothing more to read when it was last looked
     */
    public record Shard(
            String shardId,
            Optional<String> sequence,
            Optional<Instant> recordTime,
            long millisBehind,
            long records,
            boolean atTip) {}
}
