package dev.lockstep.checkpoint;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.objects.ObjectStore;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where one checkpoint is kept: a document that is only ever replaced as a whole, and beside it pages that the job has read
 * and not yet brought to where they belong. Held by one job at a time, as far as the store can tell. Used by one thread at a
 * time, but for the pages, which are thread-safe.
 */
public interface CheckpointStore extends AutoCloseable {
    /** For people; what {@code --checkpoint} says. */
    String name();

    /** How to begin anew, for people. */
    String howToDelete();

    Optional<byte[]> read();

    /**
     * Replaces the document; durable when this returns. After a failure, and after a crash at any moment, the old document
     * or the new one is there, whole.
     *
     * @throws LockstepException also where another process has written to it meanwhile
     */
    void write(byte[] document);

    /** Keeps a page; durable when this returns. One of this name is replaced. */
    void keep(String page, byte[] content);

    /** @throws LockstepException where it is gone */
    byte[] kept(String page);

    /** Forgets a page; fine where it is gone. */
    void drop(String page);

    /** Forgets all pages, those too that a killed run left and no document tells of. */
    void dropAll();

    /** Gives it back. */
    @Override
    void close();

    /**
     * A checkpoint in a file, readable by its owner only. The lock on {@code FILE.lock} keeps others out while this is open.
     *
     * @throws InvalidSettingsException where a running process holds it
     */
    static CheckpointStore file(Path file) {
        return FileCheckpoint.open(file);
    }

    /**
     * A checkpoint in an object. Nobody is kept out, but of two jobs that write the second is refused.
     *
     * @param name for people
     */
    static CheckpointStore object(ObjectStore objects, String key, String name) {
        return new ObjectCheckpoint(objects, key, name);
    }
}
