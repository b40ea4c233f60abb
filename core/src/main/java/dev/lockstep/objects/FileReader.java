package dev.lockstep.objects;

import dev.lockstep.LockstepException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Reads a file, and notices where it was changed meanwhile. */
final class FileReader extends ObjectReader {
    private final String subject;
    private final Path file;
    private final InputStream content;
    private long position;

    private FileReader(String subject, Path file, ObjectStore.Entry entry, InputStream content) {
        super(entry.size(), entry.etag(), entry.lastModified());
        this.subject = subject;
        this.file = file;
        this.content = content;
    }

    static FileReader of(String subject, Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileReader(subject, file, FolderFiles.entry("", attributes), Files.newInputStream(file));
        } catch (IOException e) {
            throw FolderFiles.failed(subject, e);
        }
    }

    @Override
    public int read(byte[] into, int from, int length) {
        try {
            int wanted = (int) Math.min(length, size() - position);
            int got = wanted == 0 ? 0 : content.read(into, from, wanted);
            if (got < 0) {
                throw new LockstepException(
                        "read", subject, "it ended after " + position + " of " + size() + " bytes", "");
            }
            position += got;
            if (position == size()) {
                checkUnchanged();
            }
            return got == 0 && length > 0 ? -1 : got;
        } catch (IOException e) {
            throw FolderFiles.failed(subject, e);
        }
    }

    private void checkUnchanged() throws IOException {
        if (!FolderFiles.etag(Files.readAttributes(file, BasicFileAttributes.class))
                .equals(etag())) {
            throw changed("read", subject, etag(), null);
        }
    }

    @Override
    protected ObjectReader resumed() {
        throw new IllegalStateException("no failure to read a file passes");
    }

    @Override
    public void close() {
        try {
            content.close();
        } catch (IOException e) {
            // It was only read.
        }
    }
}
