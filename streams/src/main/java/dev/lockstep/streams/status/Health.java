package dev.lockstep.streams.status;

import dev.lockstep.streams.status.Status.Phase;
import java.time.Duration;
import java.time.Instant;

/**
 * An answer to a health check.
 *
 * @param reason one line
 */
record Health(boolean good, String reason) {
    /** Longer than any call that the main loop waits for. */
    static final Duration SILENCE = Duration.ofSeconds(60);

    /** Whether the process should be left running. */
    static Health alive(Status status, Instant now) {
        if (status.phase() == Phase.FAILED) {
            return new Health(false, "failed: " + status.problem().orElse("no reason is known"));
        }
        Duration silent = Duration.between(status.aliveAt(), now);
        if (silent.compareTo(SILENCE) > 0) {
            return new Health(false, "the main loop has not moved for " + Words.of(silent));
        }
        return new Health(true, "alive: " + words(status.phase()));
    }

    /**
     * Whether replication runs as far as this process goes. One that reads no shard because others read all of them stands
     * by and is ready: else no process could be replaced by a new one that waits for its shards.
     */
    static Health ready(Status status, Instant now) {
        Health alive = alive(status, now);
        if (!alive.good()) {
            return alive;
        }
        if (status.phase() != Phase.LIVE && status.phase() != Phase.CATCHING_UP) {
            return new Health(false, words(status.phase()));
        }
        if (status.ours() > 0) {
            return new Health(true, words(status.phase()) + ", reading " + Words.of(status.ours(), "shard", "shards"));
        }
        if (status.shards().isEmpty()) {
            return new Health(false, "no shards are known yet");
        }
        return status.unowned() > 0
                ? new Health(false, "reading no shard, and " + Words.of(status.unowned(), "has", "have") + " no owner")
                : new Health(true, "standing by: other processes read all shards");
    }

    private static String words(Phase phase) {
        return switch (phase) {
            case STARTING -> "starting";
            case COPYING -> "copying for the first time";
            case CATCHING_UP -> "catching up";
            case LIVE -> "live";
            case STOPPING -> "stopping";
            case FAILED -> "failed";
        };
    }
}
