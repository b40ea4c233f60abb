package dev.lockstep;

import org.jspecify.annotations.Nullable;

/**
 * The one failure that Lockstep throws: which operation failed, on what, why, and what to do about it.
 *
 * <p>{@link #retryable()} says whether trying the same call again can help (a throttle, a lost connection) or cannot
 * (no permission, an unknown table). The message is one line and holds no item values.
 */
public class LockstepException extends RuntimeException {
    private final String operation;
    private final String subject;
    private final String problem;
    private final String hint;
    private final boolean retryable;

    public LockstepException(
            String operation,
            String subject,
            String problem,
            String hint,
            boolean retryable,
            @Nullable Throwable cause) {
        super(line(operation, subject, problem, hint), cause);
        this.operation = operation;
        this.subject = subject;
        this.problem = problem;
        this.hint = hint;
        this.retryable = retryable;
    }

    /** A failure that trying again does not mend. */
    public LockstepException(String operation, String subject, String problem, String hint) {
        this(operation, subject, problem, hint, false, null);
    }

    private static String line(String operation, String subject, String problem, String hint) {
        String line = operation + " " + subject + ": " + problem;
        return hint.isEmpty() ? line : line + (line.endsWith(".") ? " " : ". ") + hint;
    }

    /** What was attempted: an API's name ({@code Scan}) or a verb ({@code read}). */
    public String operation() {
        return operation;
    }

    /** The table, file or object that it was attempted on. */
    public String subject() {
        return subject;
    }

    /** What went wrong; for a service's answer, what the service said. */
    public String problem() {
        return problem;
    }

    /** What the user can do; may be empty. */
    public String hint() {
        return hint;
    }

    public boolean retryable() {
        return retryable;
    }
}
