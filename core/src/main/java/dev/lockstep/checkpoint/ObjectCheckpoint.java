package dev.lockstep.checkpoint;

import dev.lockstep.LockstepException;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Options;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint in an object, each write on the condition that the object still is the one that was read or written before
 * (If-Match; If-None-Match for the first). So a process that another one has taken over from stops at its next write. Pages
 * are objects below {@code KEY.pages/}.
 */
final class ObjectCheckpoint implements CheckpointStore {
    private final ObjectStore objects;
    private final String key;
    private final String name;
    private @Nullable String etag;

    ObjectCheckpoint(ObjectStore objects, String key, String name) {
        this.objects = objects;
        this.key = key;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String howToDelete() {
        return "Delete " + name + " to start anew";
    }

    @Override
    public Optional<byte[]> read() {
        Optional<ObjectStore.StoredObject> there = objects.get(key);
        etag = there.map(ObjectStore.StoredObject::etag).orElse(null);
        return there.map(ObjectStore.StoredObject::content);
    }

    /** A try whose answer was lost stands in the way of the next; then the object is what was to be written. */
    @Override
    public void write(byte[] document) {
        Optional<String> written = objects.replace(key, document, etag);
        if (written.isEmpty()) {
            written = objects.get(key)
                    .filter(there -> Arrays.equals(there.content(), document))
                    .map(ObjectStore.StoredObject::etag);
        }
        etag = written.orElseThrow(() -> new LockstepException(
                "write",
                "checkpoint " + name,
                "another process has written to it since this one read it",
                "Only one process at a time may use a checkpoint: see which one is still running"));
    }

    private String page(String page) {
        return key + ".pages/" + page;
    }

    @Override
    public void keep(String page, byte[] content) {
        objects.put(page(page), content, Options.REPLACE);
    }

    @Override
    public byte[] kept(String page) {
        return objects.get(page(page))
                .map(ObjectStore.StoredObject::content)
                .orElseThrow(() ->
                        new LockstepException("read", objects.name() + "/" + page(page), "it is gone", howToDelete()));
    }

    @Override
    public void drop(String page) {
        objects.delete(page(page));
    }

    @Override
    public void dropAll() {
        try (Stream<ObjectStore.Entry> pages = objects.list(page(""))) {
            pages.forEach(page -> objects.delete(page.key()));
        }
    }

    @Override
    public void close() {}
}
