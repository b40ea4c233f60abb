package dev.lockstep.local.streams;

/** How a GetRecords that comes too soon is refused. Both have been seen; callers must know both. */
public enum Throttling {
    /** {@code LimitExceededException}, as the API reference says. */
    LIMIT_EXCEEDED,
    /** The code {@code ThrottlingException} without a class of its own, as all of AWS. */
    THROTTLING
}
