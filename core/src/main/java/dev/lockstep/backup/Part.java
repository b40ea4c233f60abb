package dev.lockstep.backup;

import dev.lockstep.LockstepException;
import java.util.function.Consumer;

/** One file of a source. Thread-safe; may be read more than once, and is then the same or a failure. */
public interface Part {
    /** Where it is, for people: {@code s3://bucket/…}. */
    String name();

    /** Its size as it is stored, in bytes; 0 where nobody has told, yet. */
    long bytes();

    /** How many objects it is made of. */
    default long objects() {
        return 1;
    }

    /**
     * Reads it line by line, in bounded memory, and proves it on the way: each line's form and size, and at the end what
     * is known of the file (its hash, its count of lines). States that were handed on before a failure must not be used.
     *
     * @throws DamagedException where it is not what it should be: at the first thing that is wrong
     * @throws LockstepException where it could not be read
     */
    void read(Consumer<ItemState> states);
}
