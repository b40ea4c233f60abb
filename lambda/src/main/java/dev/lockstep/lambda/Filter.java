package dev.lockstep.lambda;

import dev.lockstep.change.Change;
import java.util.Optional;

/**
 * Which changes a function takes.
 *
 * @param skipTtlDeletes whether deletes by TTL are left out
 * @param turnover where two functions share a stream in time
 */
record Filter(boolean skipTtlDeletes, Optional<Turnover> turnover) {
    /** Which side of a moment. */
    enum Role {
        BEFORE,
        AFTER
    }

    /**
     * BEFORE takes what was made before the moment, AFTER the rest: each change is taken by exactly one of two functions
     * with the same moment. DynamoDB Streams tells whole seconds, rounded down, so there all changes of one second go to
     * the same side, and a moment within a second acts as the next full one.
     *
     * @param at milliseconds since 1970
     */
    record Turnover(Role role, long at) {
        boolean takes(Change change) {
            return (change.createdMillis() < at) == (role == Role.BEFORE);
        }
    }

    boolean takes(Change change) {
        return !(skipTtlDeletes && change.expired())
                && turnover.map(t -> t.takes(change)).orElse(true);
    }
}
