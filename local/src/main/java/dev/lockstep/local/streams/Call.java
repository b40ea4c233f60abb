package dev.lockstep.local.streams;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One call that a fake was asked.
 *
 * @param api the operation, for example {@code GetRecords}
 * @param shard the shard it was about, if it named one that could be understood
 * @param reader whose client it came by
 * @param error the error code it was answered with, empty for none
 */
public record Call(String api, @Nullable String shard, String reader, Instant at, String error) {
    /** Whether it was answered without an error. */
    public boolean answered() {
        return error.isEmpty();
    }
}
