package dev.lockstep;

/** The thread that ran the operation was interrupted; what was written so far stays, nothing half-done is hidden. */
public final class CancelledException extends LockstepException {
    public CancelledException(String operation, String subject) {
        super(operation, subject, "interrupted", "Run the same command again to go on");
    }
}
