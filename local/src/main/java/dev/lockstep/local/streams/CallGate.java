package dev.lockstep.local.streams;

import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** What every call to a fake goes through: hook, planned failures, the log. Its lock guards the fake's state. Thread-safe. */
final class CallGate {
    private final Clock clock;
    private final Set<String> apis;
    private final PlannedFailures failures = new PlannedFailures();
    private final CallLog calls = new CallLog();
    private volatile Consumer<Call> before = call -> {};

    CallGate(Clock clock, Set<String> apis) {
        this.clock = clock;
        this.apis = apis;
    }

    CallLog calls() {
        return calls;
    }

    void before(Consumer<Call> hook) {
        before = hook;
    }

    void plan(String api, @Nullable String shard, int times, Supplier<? extends RuntimeException> failure) {
        if (!apis.contains(api)) {
            throw new IllegalArgumentException("no operation " + api + ", only " + apis);
        }
        synchronized (this) {
            failures.plan(api, shard, times, failure);
        }
    }

    /** Runs a change of the fake's state, or a look at it. */
    synchronized <T> T control(Function<Instant, T> action) {
        return action.apply(clock.instant());
    }

    /** Answers a call; it is logged whatever comes of it. */
    <T> T serve(String api, @Nullable String shard, String reader, Function<Instant, T> answer) {
        before.accept(new Call(api, shard, reader, clock.instant(), ""));
        synchronized (this) {
            Instant now = clock.instant();
            String error = "Unknown";
            try {
                RuntimeException failure = failures.next(api, shard);
                if (failure != null) {
                    throw failure;
                }
                T answered = answer.apply(now);
                error = "";
                return answered;
            } catch (AwsServiceException e) {
                error = e.awsErrorDetails() == null
                        ? e.getClass().getSimpleName()
                        : e.awsErrorDetails().errorCode();
                throw e;
            } finally {
                calls.add(new Call(api, shard, reader, now, error));
            }
        }
    }
}
