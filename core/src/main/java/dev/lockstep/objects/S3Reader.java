package dev.lockstep.objects;

import static dev.lockstep.objects.S3Errors.translated;

import dev.lockstep.LockstepException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Reads the body of an answer, and holds it to what the answer's head says. */
final class S3Reader extends ObjectReader {
    /** Asks for the object with this ETag from an offset on. */
    @FunctionalInterface
    interface Request {
        ResponseInputStream<GetObjectResponse> from(long offset, String etag);
    }

    private final String subject;
    private final Request request;
    private final ResponseInputStream<GetObjectResponse> body;
    /** Of all bytes up to the position; null where the ETag is no MD5. */
    private final @Nullable MessageDigest md5;

    private long position;
    private boolean checked;
    private boolean closed;

    private S3Reader(
            String subject,
            Request request,
            ResponseInputStream<GetObjectResponse> body,
            Head head,
            long position,
            @Nullable MessageDigest md5) {
        super(head.size(), head.etag(), head.answer().lastModified());
        this.subject = subject;
        this.request = request;
        this.body = body;
        this.position = position;
        this.md5 = md5;
    }

    /** @param size of the whole object */
    private record Head(GetObjectResponse answer, String etag, long size) {}

    /** From the begin on. The answer is closed where it is not complete. */
    static S3Reader of(String subject, Request request, ResponseInputStream<GetObjectResponse> body) {
        GetObjectResponse answer = body.response();
        if (answer.eTag() == null || answer.contentLength() == null || answer.lastModified() == null) {
            body.abort();
            throw broken(subject, "the answer came without its head");
        }
        Head head = new Head(answer, S3Objects.unquoted(answer.eTag()), answer.contentLength());
        MessageDigest md5 = S3Objects.tellsMd5(answer, head.etag()) ? Digest.MD5.begin() : null;
        return new S3Reader(subject, request, body, head, 0, md5);
    }

    private static LockstepException broken(String subject, String problem) {
        return new LockstepException("GetObject", subject, problem, "", true, null);
    }

    /** What was read was handed out already: only reading all of it again helps. */
    private LockstepException damaged(@Nullable Throwable cause) {
        return new LockstepException(
                "GetObject",
                subject,
                "what arrived does not have the checksum that the store tells",
                "Run the same command again to read it anew",
                false,
                cause);
    }

    @Override
    public int read(byte[] into, int from, int length) {
        Objects.checkFromIndexSize(from, length, into.length);
        if (closed) {
            throw new IllegalStateException(subject + " was closed");
        }
        if (length == 0) {
            return 0;
        }
        if (position == size()) {
            check();
            return -1;
        }
        int wanted = (int) Math.min(length, size() - position);
        int got = translated("GetObject", subject, () -> received(into, from, wanted));
        if (got < 0) {
            throw broken(subject, "the answer ended after " + position + " of " + size() + " bytes");
        }
        if (md5 != null) {
            md5.update(into, from, got);
        }
        position += got;
        if (position == size()) {
            check();
        }
        return got;
    }

    private int received(byte[] into, int from, int wanted) {
        try {
            return body.read(into, from, wanted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Comes before the last bytes are handed out: who reads exactly {@link #size} bytes has a whole object too. */
    private void check() {
        if (checked) {
            return;
        }
        if (received() >= 0
                || (md5 != null && !HexFormat.of().formatHex(md5.digest()).equals(etag()))) {
            throw damaged(null);
        }
        checked = true;
    }

    /** The end of the body, where the SDK checks the checksums that it knows. */
    private int received() {
        try {
            return translated("GetObject", subject, () -> received(new byte[1], 0, 1));
        } catch (LockstepException e) {
            throw damaged(e);
        }
    }

    @Override
    protected ObjectReader resumed() {
        close();
        return translated("GetObject", subject, () -> {
            ResponseInputStream<GetObjectResponse> rest = request.from(position, etag());
            GetObjectResponse head = rest.response();
            String range = "bytes " + position + "-" + (size() - 1) + "/" + size();
            if (!range.equals(head.contentRange())) {
                rest.abort();
                throw broken(subject, "the rest was asked for as " + range + ", and " + head.contentRange() + " came");
            }
            return new S3Reader(subject, request, rest, new Head(withTime(head), etag(), size()), position, md5);
        });
    }

    private GetObjectResponse withTime(GetObjectResponse head) {
        return head.toBuilder().lastModified(lastModified()).build();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (checked) {
            try {
                body.close();
            } catch (IOException e) {
                // All of it is here.
            }
        } else {
            body.abort();
        }
    }
}
