package dev.lockstep.lambda;

import dev.lockstep.table.RetryingTable;
import java.time.Duration;
import java.util.Optional;

/** Remembers why calls to one destination had to be made again, for the log. Thread-safe. */
final class Pauses implements RetryingTable.Listener {
    private volatile Optional<String> last = Optional.empty();

    @Override
    public void pausing(String subject, String operation, String why, Duration pause) {
        last = Optional.of(operation + ": " + why);
    }

    void forget() {
        last = Optional.empty();
    }

    /** What is told of calls that the deadline cut off. */
    String stopped() {
        return "stopped before Lambda's time-out"
                + last.map(why -> "; it waited after " + why).orElse("");
    }
}
