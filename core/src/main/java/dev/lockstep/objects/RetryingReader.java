package dev.lockstep.objects;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Attempts;
import java.util.function.Supplier;

/** Goes on reading where a read broke; each byte that arrives is progress, after which tries are counted anew. */
final class RetryingReader extends ObjectReader {
    private final Supplier<Attempts> tries;
    private ObjectReader reader;
    private boolean broken;

    RetryingReader(ObjectReader reader, Supplier<Attempts> tries) {
        super(reader.size(), reader.etag(), reader.lastModified());
        this.reader = reader;
        this.tries = tries;
    }

    @Override
    public int read(byte[] into, int from, int length) {
        return tries.get().until(() -> readOrBreak(into, from, length));
    }

    private int readOrBreak(byte[] into, int from, int length) {
        if (broken) {
            reader = reader.resumed();
            broken = false;
        }
        try {
            return reader.read(into, from, length);
        } catch (LockstepException e) {
            broken = e.retryable();
            throw e;
        }
    }

    @Override
    protected ObjectReader resumed() {
        return reader.resumed();
    }

    @Override
    public void close() {
        reader.close();
    }
}
