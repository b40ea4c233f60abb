package dev.lockstep.cli.credentials;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * An MFA device, and how its codes are got: the one that was given first, then by asking. One that the service did not come to look at is
 * kept for the next try. Thread-safe: where two roles need a code, one waits for the other.
 */
final class Mfa {
    private static final int TRIES = 3;

    private final String serial;
    private final String option;
    private final boolean ofSession;
    private final Terminal terminal;
    private final ReentrantLock using = new ReentrantLock();
    private Optional<String> given;
    private boolean succeeded;

    /**
     * @param option by which a user gives the code
     * @param ofSession whether roles take the codes, one each, since no session of the user can be made
     */
    Mfa(String serial, String option, Optional<String> given, boolean ofSession, Terminal terminal) {
        this.serial = serial;
        this.option = option;
        this.given = given;
        this.ofSession = ofSession;
        this.terminal = terminal;
    }

    String serial() {
        return serial;
    }

    /** Makes the call with a code; where a code that was typed is refused, asks again. */
    <T> T with(Function<String, T> call) {
        try {
            using.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("sign in", "with " + serial);
        }
        try {
            return withCode(call);
        } finally {
            using.unlock();
        }
    }

    private <T> T withCode(Function<String, T> call) {
        for (int left = TRIES; ; left--) {
            boolean typed = given.isEmpty();
            String code = given.orElseGet(this::ask);
            given = Optional.empty();
            try {
                T answer = call.apply(code);
                succeeded = true;
                return answer;
            } catch (LockstepException e) {
                if (e.retryable()) {
                    given = Optional.of(code);
                }
                if (e.retryable() || !typed || left <= 1 || !wrongCode(e)) {
                    throw e;
                }
            }
        }
    }

    private static boolean wrongCode(LockstepException e) {
        return e.problem().contains("MultiFactorAuthentication failed");
    }

    private String ask() {
        String code =
                terminal.ask("MFA code of " + serial + ": ").map(String::strip).orElseThrow(this::nobody);
        return code.matches("\\d{6}") ? code : retyped();
    }

    private String retyped() {
        return terminal.ask("That is not a code of six digits. MFA code of " + serial + ": ")
                .map(String::strip)
                .filter(code -> code.matches("\\d{6}"))
                .orElseThrow(() -> new InvalidSettingsException(
                        "sign in", "with " + serial, "no code of six digits was typed", ""));
    }

    private LockstepException nobody() {
        if (succeeded) {
            return new LockstepException(
                    "sign in",
                    "with " + serial,
                    (ofSession ? "its code was used, each session of a role takes one" : "its session has ended")
                            + ", and there is no terminal to ask for another code on",
                    "Run the same command again with a new " + option
                            + (ofSession
                                    ? ", or begin with the user's own access key: one code then serves all roles"
                                    : ""));
        }
        return new InvalidSettingsException(
                "sign in", "with " + serial, "there is no terminal to ask for its code on", "Say " + option + " CODE");
    }
}
