package dev.lockstep.backup;

import java.time.Instant;
import java.util.Optional;

/**
 * Where a change log is not whole: records of a shard may be missing that were made after one instant and before another.
 *
 * @param after the last sequence number before the gap, as the stream gave it; empty where there is none
 * @param since what was made up to then is in the log; empty where nobody knows
 * @param until what was made after that is in the log again; empty where nobody knows
 * @param why for people
 */
public record LogGap(
        String shard, Optional<String> after, Optional<Instant> since, Optional<Instant> until, String why) {

    /** Whether records made in the window, its ends included, may be missing. */
    boolean touches(Instant from, Instant to) {
        return since.map(s -> s.isBefore(to)).orElse(true)
                && until.map(u -> u.isAfter(from)).orElse(true);
    }

    /** As one sentence: the shard, the sequence number, the time. */
    public String text() {
        return "shard " + shard + after.map(a -> " after sequence number " + a).orElse("") + ": " + why + " ("
                + since.map(s -> "changes after " + s).orElse("changes of any earlier time")
                + until.map(u -> ", before " + u).orElse("") + ")";
    }
}
