package dev.lockstep.backup;

import dev.lockstep.LockstepException;
import org.jspecify.annotations.Nullable;

/** A file of a backup is not what it should be: changed, cut off, missing, or never of this format. */
public final class DamagedException extends LockstepException {
    private static final long serialVersionUID = 1;

    /** @param problem what is wrong; holds no item values */
    public DamagedException(String file, String problem) {
        this(file, problem, null);
    }

    public DamagedException(String file, String problem, @Nullable Throwable cause) {
        super(
                "read",
                file,
                problem,
                "Nothing was restored from it; 'lockstep check' names every damaged file",
                false,
                cause);
    }
}
