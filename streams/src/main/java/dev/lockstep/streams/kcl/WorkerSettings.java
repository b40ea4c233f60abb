package dev.lockstep.streams.kcl;

import dev.lockstep.InvalidSettingsException;
import java.time.Duration;

/**
 * How shards are shared and read.
 *
 * <p>On the durations of take-over: a killed process is noticed after {@code failover}, its shards are given away within
 * {@code assignment}, and a killed leader (the process that gives away) is replaced after {@code leader}, after which the
 * new one has to watch for {@code failover} again: about 8 and 16 s with the defaults, 30 at most. Shorter ones turn a pause
 * of a healthy process (garbage collection, a slow network) into a take-over: safe, but its shards change hands and some
 * records are applied again. Each process renews each of its leases three times in {@code failover}, one write unit each.
 *
 * @param name the name shared by the processes that share the work; also that of their lease table
 * @param from where a name that is used for the first time begins
 * @param poll pause between two reads of a shard at its tip. DynamoDB Streams allows five reads a second and shard, which all
 *     readers share: 400 ms leave half of them to another reader
 * @param catchUp the same while there is more to read
 * @param prefetchBytes about how much memory records take that were read but not yet processed, all shards together; each
 *     shard may always have one answer in hand
 * @param checkpoint how often at most a shard's position is kept; what was processed since then comes again after a crash
 * @param failover how long a lease lasts without being renewed
 * @param assignment how often the leader looks for leases to give away
 * @param leader how long the leader's lock lasts without being renewed
 * @param watch how often the stream and the leases are looked at
 * @param stall how long a shard may make no progress before the worker ends with an error
 * @param grace how long {@link StreamWorker#stop} waits for records in hand before it interrupts their processing
 */
public record WorkerSettings(
        String name,
        Start from,
        Duration poll,
        Duration catchUp,
        long prefetchBytes,
        Duration checkpoint,
        Duration failover,
        Duration assignment,
        Duration leader,
        Duration watch,
        Duration stall,
        Duration grace) {

    /** Where a name that is used for the first time begins; afterwards it goes on where it was. */
    public enum Start {
        /** With the oldest change that the stream still has. */
        TRIM_HORIZON,
        /** With the next change. */
        LATEST
    }

    private static final long HEAP_SHARE = 8;
    private static final long MOST_PREFETCH = 256L << 20;

    public WorkerSettings {
        if (name.isBlank() || prefetchBytes < 1) {
            throw new InvalidSettingsException(
                    "check", "stream settings", "the name is empty or the memory is none", "Name the job");
        }
        for (Duration positive :
                new Duration[] {poll, catchUp, checkpoint, failover, assignment, leader, watch, stall, grace}) {
            if (positive.isNegative() || positive.isZero()) {
                throw new InvalidSettingsException("check", "stream settings", "a duration is not positive", "");
            }
        }
    }

    /** Settings for production. */
    public static WorkerSettings of(String name, Start from) {
        return new WorkerSettings(
                name,
                from,
                Duration.ofMillis(400),
                Duration.ofMillis(250),
                Math.min(MOST_PREFETCH, Runtime.getRuntime().maxMemory() / HEAP_SHARE),
                Duration.ofSeconds(1),
                Duration.ofSeconds(6),
                Duration.ofSeconds(1),
                Duration.ofSeconds(6),
                Duration.ofSeconds(10),
                Duration.ofMinutes(2),
                Duration.ofSeconds(20));
    }

    public WorkerSettings withPoll(Duration tip, Duration catchingUp) {
        return new WorkerSettings(
                name,
                from,
                tip,
                catchingUp,
                prefetchBytes,
                checkpoint,
                failover,
                assignment,
                leader,
                watch,
                stall,
                grace);
    }

    public WorkerSettings withPrefetchBytes(long bytes) {
        return new WorkerSettings(
                name, from, poll, catchUp, bytes, checkpoint, failover, assignment, leader, watch, stall, grace);
    }

    public WorkerSettings withTakeOver(Duration lease, Duration giveAway, Duration leaderLock) {
        return new WorkerSettings(
                name, from, poll, catchUp, prefetchBytes, checkpoint, lease, giveAway, leaderLock, watch, stall, grace);
    }

    public WorkerSettings withWatch(Duration look, Duration noProgress) {
        return new WorkerSettings(
                name,
                from,
                poll,
                catchUp,
                prefetchBytes,
                checkpoint,
                failover,
                assignment,
                leader,
                look,
                noProgress,
                grace);
    }

    public WorkerSettings withGrace(Duration patience) {
        return new WorkerSettings(
                name,
                from,
                poll,
                catchUp,
                prefetchBytes,
                checkpoint,
                failover,
                assignment,
                leader,
                watch,
                stall,
                patience);
    }
}
