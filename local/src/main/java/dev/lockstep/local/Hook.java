package dev.lockstep.local;

/** Runs on the proxy's thread in the middle of a call, for race tests. What it throws fails the call and the proxy's close. */
@FunctionalInterface
public interface Hook {
    /** Runs while the call waits. Calls of several connections may run the same hook at once. */
    void run(Call call) throws Exception;
}
