package dev.lockstep.objects;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Attempts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends what is written in parts, or in one call where all of it fits one part. It holds one part: a part is sent, and was
 * answered, before the next one fills.
 */
final class PartWriter extends ObjectWriter {
    private static final int FIRST_BUFFER = 64 << 10;

    private final String subject;
    private final Upload upload;
    private final List<Upload.Sent> sent = new ArrayList<>();
    private byte[] buffer = new byte[FIRST_BUFFER];
    private int filled;
    private long size;
    private boolean begun;
    private boolean over;
    private boolean committing;
    private @Nullable String etag;
    private @Nullable LockstepException failure;

    PartWriter(String subject, Upload upload) {
        this.subject = subject;
        this.upload = upload;
    }

    @Override
    ObjectWriter retrying(RetryingUpload.Tries tries, Supplier<Attempts> triesToAbort) {
        return new PartWriter(subject, new RetryingUpload(upload, tries, triesToAbort));
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        Objects.checkFromIndexSize(from, length, bytes.length);
        checkOpen();
        int done = 0;
        while (done < length) {
            if (filled == partSize()) {
                guarded(this::sendPart);
            }
            int taken = Math.min(length - done, partSize() - filled);
            makeRoomFor(taken);
            System.arraycopy(bytes, from + done, buffer, filled, taken);
            filled += taken;
            done += taken;
            size += taken;
        }
    }

    private int partSize() {
        return PartSize.of(sent.size() + 1);
    }

    /** Small objects need little memory, however many are written at once. */
    private void makeRoomFor(int more) {
        if (filled + more > buffer.length) {
            long doubled = Math.max(filled + more, 2L * buffer.length);
            buffer = Arrays.copyOf(buffer, (int) Math.min(partSize(), doubled));
        }
    }

    private void sendPart() {
        if (sent.size() == PartSize.MAX_PARTS) {
            throw new LockstepException(
                    "UploadPart", subject, "it is larger than " + PartSize.MAX_PARTS + " parts can hold", "");
        }
        if (!begun) {
            upload.begin();
            begun = true;
        }
        sent.add(upload.send(sent.size() + 1, new Upload.Part(buffer, filled)));
        filled = 0;
    }

    @Override
    public boolean commit() {
        checkOpen();
        committing = true;
        guarded(() -> etag = end().orElse(null));
        if (etag != null) {
            over = true;
            buffer = new byte[0];
        }
        return etag != null;
    }

    private Optional<String> end() {
        if (!begun) {
            return upload.put(new Upload.Part(buffer, filled));
        }
        sendPart();
        return upload.complete(List.copyOf(sent));
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (LockstepException e) {
            failure = e;
            throw e;
        }
    }

    private void checkOpen() {
        if (failure != null) {
            throw new LockstepException(
                    failure.operation(), subject, "it failed before: " + failure.problem(), "", false, failure);
        }
        if (over || committing) {
            throw new IllegalStateException(subject + " was committed or closed");
        }
    }

    @Override
    public String etag() {
        if (etag == null) {
            throw new IllegalStateException(subject + " was not committed");
        }
        return etag;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void close() {
        if (over) {
            return;
        }
        over = true;
        buffer = new byte[0];
        if (begun) {
            abort();
        }
    }

    /** Also where the thread is interrupted, which else would leave parts that are billed. */
    private void abort() {
        boolean interrupted = Thread.interrupted();
        try {
            upload.abort();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
