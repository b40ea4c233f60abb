package dev.lockstep.objects;

import java.io.ByteArrayInputStream;

/** Reads an object in memory: the one that was there when it was opened. */
final class MemoryReader extends ObjectReader {
    private final ByteArrayInputStream content;

    MemoryReader(ObjectStore.StoredObject object) {
        super(object.content().length, object.etag(), object.lastModified());
        this.content = new ByteArrayInputStream(object.content());
    }

    @Override
    public int read(byte[] into, int from, int length) {
        return content.read(into, from, length);
    }

    @Override
    protected ObjectReader resumed() {
        throw new IllegalStateException("memory never breaks");
    }

    @Override
    public void close() {}
}
