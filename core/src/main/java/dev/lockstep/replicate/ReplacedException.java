package dev.lockstep.replicate;

import dev.lockstep.LockstepException;

/** A replica is another table than at the start: what the old one held is not in it, and no change brings it back. */
public final class ReplacedException extends LockstepException {
    public ReplacedException(String destination) {
        super(
                "replicate",
                destination,
                "the table was deleted and made anew, and what it held before is missing",
                "Start again with replicate --copy-first, or bring it into step by diff PRIMARY REPLICA --repair");
    }
}
