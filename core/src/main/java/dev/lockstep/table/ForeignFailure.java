package dev.lockstep.table;

import org.jspecify.annotations.Nullable;

/** What code that is not ours threw: its class and where it was, without its message, which may quote an item. */
public final class ForeignFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ForeignFailure(Throwable thrown) {
        super(thrown.getClass().getName(), of(thrown.getCause()));
        setStackTrace(thrown.getStackTrace());
    }

    /** Nothing of nothing. */
    public static @Nullable ForeignFailure of(@Nullable Throwable thrown) {
        return thrown == null ? null : new ForeignFailure(thrown);
    }
}
