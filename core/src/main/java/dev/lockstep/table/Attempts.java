package dev.lockstep.table;

import dev.lockstep.LockstepException;
import dev.lockstep.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The tries at one call, or at one batch until it is whole; counted from the last progress on. Used by one thread. */
public final class Attempts {
    private final String operation;
    private final String subject;
    private final RetryPolicy policy;
    private final RetryingTable.Listener listener;
    private final List<LockstepException> earlier = new ArrayList<>();
    private int retries;

    public Attempts(String operation, String subject, RetryPolicy policy, RetryingTable.Listener listener) {
        this.operation = operation;
        this.subject = subject;
        this.policy = policy;
        this.listener = listener;
    }

    /** Calls until there is an answer, or a failure that is final. */
    public <T> T until(Supplier<T> call) {
        while (true) {
            try {
                return call.get();
            } catch (LockstepException e) {
                if (!e.retryable() || retries >= policy.maxRetries()) {
                    throw last(e);
                }
                earlier.add(e);
                pause(e.problem());
            }
        }
    }

    /** Takes note of a partial answer: anything done is progress, nothing done a failure. Pauses where work is left. */
    void answered(int unprocessed, int asked) {
        if (unprocessed < asked) {
            retries = 0;
            earlier.clear();
        }
        if (unprocessed == 0) {
            return;
        }
        if (unprocessed == asked && retries >= policy.maxRetries()) {
            throw last(throttledForEver(unprocessed));
        }
        pause(unprocessed + " of " + asked + " came back unprocessed");
    }

    private LockstepException throttledForEver(int unprocessed) {
        return new LockstepException(
                operation,
                subject,
                unprocessed + " came back unprocessed after " + retries + " retries",
                "Give the table more capacity or lower --parallel, then run the same command again",
                true,
                null);
    }

    private LockstepException last(LockstepException e) {
        earlier.stream().filter(before -> before != e).forEach(e::addSuppressed);
        return e;
    }

    private void pause(String why) {
        Duration pause = policy.pause(retries++);
        listener.pausing(subject, operation, why, pause);
        Pause.of(pause, operation, subject);
    }
}
