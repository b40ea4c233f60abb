package dev.lockstep;

/** The request itself is wrong (a setting, a reference, tables that do not fit each other); nothing was done. */
public final class InvalidSettingsException extends LockstepException {
    public InvalidSettingsException(String operation, String subject, String problem, String hint) {
        super(operation, subject, problem, hint);
    }
}
