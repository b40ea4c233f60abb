package dev.lockstep.streams.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How the service stands at one moment, as one process sees it. Immutable; holds no item values.
 *
 * @param name what the processes that share the work have in common
 * @param primary the primary table as the user wrote it
 * @param stream the stream's ARN, or what else tells it apart
 * @param aliveAt when the service's main loop last went round; an old one means that it hangs
 * @param leader whether this process is the one that shares out the shards
 * @param problem the worst thing that this process met and has not overcome; where the phase is FAILED, why
 * @param copy the first copy, while there is one
 * @param shards all shards that are known, also those that others read and those read to their end
 * @param verification the last comparison that this process ran
 * @param nextVerification until the next comparison; empty where none is asked for
 * @param changesPerSecond read from the stream by this process
 * @param writesPerSecond made in all destinations by this process
 * @param lag the worst now: the age of the oldest change of this process's shards that is not in every destination yet, one
 *     that is away included; zero where there is none; empty while it is not known
 * @param publishing to CloudWatch; empty where it is not asked for
 */
public record Status(
        String name,
        String primary,
        String stream,
        Instant startedAt,
        Instant aliveAt,
        String workerId,
        boolean leader,
        Phase phase,
        Optional<String> problem,
        Optional<CopyProgress> copy,
        List<Shard> shards,
        List<Destination> destinations,
        DeadLetters deadLetters,
        Optional<Verification> verification,
        Optional<Duration> nextVerification,
        double changesPerSecond,
        double writesPerSecond,
        Optional<Duration> lag,
        Optional<Publishing> publishing) {

    public Status {
        shards = List.copyOf(shards);
        destinations = List.copyOf(destinations);
    }

    /** What the process is doing. */
    public enum Phase {
        STARTING,
        COPYING,
        CATCHING_UP,
        LIVE,
        STOPPING,
        FAILED
    }

    /**
     * The first copy.
     *
     * @param expected about how many items there are; 0 where nobody knows
     */
    public record CopyProgress(long items, long expected, Optional<Duration> left) {}

    /**
     * One shard of the stream.
     *
     * @param owner the process that reads it
     * @param ours whether that is this process
     * @param position a sequence number, TRIM_HORIZON, LATEST or SHARD_END
     * @param lag of what was last read of it
     * @param records applied by this process
     */
    public record Shard(
            String id, Optional<String> owner, boolean ours, String position, Optional<Duration> lag, long records) {
        /** Read to its end: nobody needs to own it any more. */
        public boolean ended() {
            return position.equals("SHARD_END");
        }
    }

    /**
     * One destination.
     *
     * @param changes handed to it by this process
     * @param written changes that needed a write; the others were older than a later one of the same batch
     * @param backlog keys that wait because it was away or is being copied to
     * @param error why it is not LIVE, or what it last said
     */
    public record Destination(
            String name,
            State state,
            long changes,
            long written,
            long backlog,
            Optional<Duration> lag,
            Optional<String> error,
            Optional<Instant> errorAt) {}

    /** How a destination stands: takes changes, is not answering, is given its backlog, or is being copied to. */
    public enum State {
        LIVE,
        AWAY,
        CATCHING_UP,
        COPYING
    }

    /**
     * Changes that no try could write, kept aside.
     *
     * @param count since this process started
     * @param place where they are kept
     */
    public record DeadLetters(long count, Optional<String> place, Optional<Instant> lastAt) {
        public static final DeadLetters NONE = new DeadLetters(0, Optional.empty(), Optional.empty());
    }

    /**
     * A comparison of the destinations with the primary.
     *
     * @param replicas empty where it failed
     * @param error why it did not come to an end
     */
    public record Verification(Instant at, Duration took, List<Compared> replicas, Optional<String> error) {
        public Verification {
            replicas = List.copyOf(replicas);
        }

        /** Differences that are still there, as far as is known. */
        public long left() {
            return replicas.stream().mapToLong(Compared::left).sum();
        }
    }

    /** What a comparison found in one replica. */
    public record Compared(
            String replica, long compared, long missing, long different, long extra, long unsettled, long repaired) {
        /** Differences that are still there, as far as is known; keys that never came to rest are not among them. */
        public long left() {
            return Math.max(0, missing + different + extra - repaired);
        }
    }

    /** How it goes with publishing figures to CloudWatch. */
    public record Publishing(
            String namespace,
            long failures,
            Optional<Instant> lastSuccess,
            Optional<String> lastError,
            Optional<Instant> lastErrorAt) {
        /** Whether the last try failed. */
        public boolean failing() {
            return lastErrorAt.isPresent()
                    && (lastSuccess.isEmpty() || lastErrorAt.get().isAfter(lastSuccess.get()));
        }
    }

    /** Keys that wait for their destinations, in all of them. */
    public long backlog() {
        return destinations.stream().mapToLong(Destination::backlog).sum();
    }

    /** Shards that somebody should read and nobody does. */
    public long unowned() {
        return shards.stream().filter(s -> s.owner().isEmpty() && !s.ended()).count();
    }

    /** Shards that this process reads. */
    public long ours() {
        return shards.stream().filter(s -> s.ours() && !s.ended()).count();
    }
}
