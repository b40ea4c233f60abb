package dev.lockstep.cli.credentials;

import java.util.Optional;

/**
 * A role to assume.
 *
 * @param session the name of its sessions, which CloudTrail shows
 * @param externalId what its trust policy asks for; not a secret to AWS, but nobody's business either
 * @param seconds how long a session lasts, where that is said; else STS decides: an hour
 */
record Role(String arn, String session, Optional<String> externalId, Optional<Integer> seconds) {
    static final int USUAL_SECONDS = 3_600;

    @Override
    public String toString() {
        return arn;
    }
}
