package dev.lockstep.objects;

import dev.lockstep.LockstepException;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/**
 * Where the files of a directory really are, and what is told of them.
 *
 * @param name as the user named the directory
 * @param root without symbolic links
 */
record FolderFiles(String name, Path root) {
    /**
     * The file or directory behind a key, without symbolic links.
     *
     * @throws LockstepException where links lead out of the directory
     */
    Path resolved(String key) throws IOException {
        Path real = root.resolve(key).toRealPath();
        if (!real.startsWith(root)) {
            throw new LockstepException(
                    "read",
                    name + "/" + key,
                    "a symbolic link leads out of the directory",
                    "Copy what it leads to into the directory");
        }
        return real;
    }

    static ObjectStore.Entry entry(String key, BasicFileAttributes file) {
        return new ObjectStore.Entry(
                key,
                file.size(),
                etag(file),
                file.lastModifiedTime().toInstant().truncatedTo(ChronoUnit.SECONDS));
    }

    /** Of size and time: it changes with the file, and cannot be taken for an MD5. */
    static String etag(BasicFileAttributes file) {
        return Long.toHexString(file.size()) + "-"
                + Long.toHexString(file.lastModifiedTime().to(TimeUnit.NANOSECONDS));
    }

    static LockstepException failed(String subject, IOException e) {
        String problem = e.getClass().getSimpleName() + ": " + e.getMessage();
        return new LockstepException("read", subject, problem.replaceAll("\\p{Cntrl}+", " "), "", false, e);
    }
}
