package dev.lockstep.files;

import dev.lockstep.LockstepException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A file of lines that is only appended to, held by one process at a time and readable by its owner only (it holds keys
 * or items). A line counts once its line feed is there: what a crash cut off is not a line. Thread-safe.
 */
public final class LineFile implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    /**
     * Files that this process holds. The operating system's lock is the process's: closing any other channel on the file
     * would give it up, so the file must not even be opened twice.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel channel;

    private LineFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** Opens or creates the file for one user alone; empty where it is held, by another process or in this one. */
    public static Optional<LineFile> open(Path given) {
        Path path = given.toAbsolutePath().normalize();
        if (!HELD.add(path)) {
            return Optional.empty();
        }
        Optional<LineFile> opened = Optional.empty();
        try {
            opened = openAlone(path);
            return opened;
        } catch (IOException e) {
            throw failure("open", path, e);
        } finally {
            if (opened.isEmpty()) {
                HELD.remove(path);
            }
        }
    }

    private static Optional<LineFile> openAlone(Path path) throws IOException {
        Path folder = path.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (lock(channel) == null) {
            channel.close();
            return Optional.empty();
        }
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(path, OWNER_ONLY);
        }
        cutTornLine(channel);
        return Optional.of(new LineFile(path, channel));
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Positions the channel behind the last whole line. */
    private static void cutTornLine(FileChannel channel) throws IOException {
        long end = channel.size();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (end > 0) {
            one.clear();
            if (channel.read(one, end - 1) == 1 && one.get(0) == '\n') {
                break;
            }
            end--;
        }
        channel.truncate(end);
        channel.position(end);
    }

    public Path path() {
        return path;
    }

    /** Appends lines; with {@code durable} they are on the disk when this returns. */
    public synchronized void append(List<String> lines, boolean durable) {
        if (lines.isEmpty()) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            if (durable) {
                channel.force(false);
            }
        } catch (IOException e) {
            throw failure("write", path, e);
        }
    }

    public long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw failure("read", path, e);
        }
    }

    /** Cuts the file after so many bytes. */
    public synchronized void truncate(long size) {
        try {
            channel.truncate(size);
        } catch (IOException e) {
            throw failure("write", path, e);
        }
    }

    public synchronized void delete() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw failure("delete", path, e);
        } finally {
            close();
        }
    }

    @Override
    public synchronized void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failure("close", path, e);
        } finally {
            HELD.remove(path);
        }
    }

    public static LockstepException failure(String operation, Path path, IOException e) {
        return new LockstepException(
                operation,
                path.toString(),
                e.getClass().getSimpleName() + ": " + e.getMessage(),
                "Check the path, its permissions and the space left",
                false,
                e);
    }
}
