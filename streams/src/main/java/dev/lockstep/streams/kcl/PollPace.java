package dev.lockstep.streams.kcl;

import java.time.Duration;
import java.time.Instant;
import software.amazon.kinesis.retrieval.polling.SleepTimeController;
import software.amazon.kinesis.retrieval.polling.SleepTimeControllerConfig;

/**
 * When a shard is read again. The adapter's own doubles the pause after an empty answer, which is every other one at a quiet
 * shard's tip.
 */
final class PollPace implements SleepTimeController {
    /** A shard that is further behind than this has more to read, however little an answer brought. */
    private static final Duration BEHIND = Duration.ofSeconds(10);

    private final Duration tip;
    private final Duration catchUp;
    private final int mostRecords;

    PollPace(Duration tip, Duration catchUp, int mostRecords) {
        this.tip = tip;
        this.catchUp = catchUp;
        this.mostRecords = mostRecords;
    }

    @Override
    public long getSleepTimeMillis(SleepTimeControllerConfig last) {
        Instant called = last.lastSuccessfulCall();
        Integer records = last.lastRecordsCount();
        if (called == null || records == null) {
            return tip.toMillis();
        }
        Long behind = last.lastMillisBehindLatest();
        boolean more = records >= mostRecords || (records > 0 && behind != null && behind > BEHIND.toMillis());
        long pause = (more ? catchUp : tip).toMillis();
        long since = Math.max(0, Duration.between(called, Instant.now()).toMillis());
        return Math.max(0, pause - since);
    }
}
