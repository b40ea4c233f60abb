package dev.lockstep.table;

import dev.lockstep.LockstepException;

/** The service knows no table of this name. */
public final class UnknownTableException extends LockstepException {
    UnknownTableException(String operation, String subject, Throwable cause) {
        super(operation, subject, "no such table", "Check the name, Region and account", false, cause);
    }
}
