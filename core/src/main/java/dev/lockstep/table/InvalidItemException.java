package dev.lockstep.table;

import dev.lockstep.LockstepException;
import org.jspecify.annotations.Nullable;

/** The item itself is what cannot be written: too large, too deep, a number with too many digits. Others may be. */
public final class InvalidItemException extends LockstepException {
    public InvalidItemException(
            String operation, String subject, String problem, String hint, @Nullable Throwable cause) {
        super(operation, subject, problem, hint, false, cause);
    }
}
