package dev.lockstep.streams.kcl;

import dev.lockstep.LockstepException;

/** The stream no longer has changes that were not yet processed. */
public final class LostChangesException extends LockstepException {
    LostChangesException(String stream, String shardId, String since) {
        super(
                "read",
                stream,
                "changes of shard " + shardId + " since " + since
                        + " were trimmed before they were read: they are lost",
                "Start with another --name, then compare and repair: lockstep diff PRIMARY REPLICA --repair");
    }
}
