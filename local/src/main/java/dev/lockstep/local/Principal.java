package dev.lockstep.local;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whoever keys are of: a user, or a session of a user or role. Immutable.
 *
 * @param arn the user's, or the role's
 * @param session whether it is a session, made by STS
 * @param token that goes with the key; only of sessions
 * @param mfa whether a code was given for it
 * @param began by the clock's ticks
 * @param life how long it serves; null: for ever
 */
record Principal(
        String arn,
        String key,
        String secret,
        boolean session,
        String token,
        boolean mfa,
        long began,
        @Nullable Duration life) {
    boolean ended(long now) {
        return life != null && now - began >= life.toNanos();
    }

    @Override
    public String toString() {
        return (session ? "session of " : "") + arn;
    }
}
