package dev.lockstep.objects;

import java.io.ByteArrayOutputStream;
import java.util.function.Predicate;

/** Keeps what is written in memory. */
final class MemoryWriter extends ObjectWriter {
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final Predicate<byte[]> put;
    private boolean over;
    private boolean committed;

    MemoryWriter(Predicate<byte[]> put) {
        this.put = put;
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        checkOpen();
        content.write(bytes, from, length);
    }

    private void checkOpen() {
        if (over) {
            throw new IllegalStateException("it was committed or closed");
        }
    }

    @Override
    public boolean commit() {
        checkOpen();
        over = true;
        committed = put.test(content.toByteArray());
        return committed;
    }

    @Override
    public String etag() {
        if (!committed) {
            throw new IllegalStateException("it was not committed");
        }
        return Digest.MD5.hexOf(content.toByteArray());
    }

    @Override
    public long size() {
        return content.size();
    }

    @Override
    public void close() {
        over = true;
    }
}
