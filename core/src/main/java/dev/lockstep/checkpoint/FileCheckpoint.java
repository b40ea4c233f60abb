package dev.lockstep.checkpoint;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.files.LineFile;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A checkpoint in a file.
 *
 * <pre>
 * FILE          the document
 * FILE.new      the next one while it is written: synced to the disk, then renamed to FILE, then the folder is synced
 * FILE.lock     empty; locked while a process uses FILE, and left there, since a file that is deleted locks nobody out
 * FILE.pages/   the pages that are kept
 * </pre>
 */
final class FileCheckpoint implements CheckpointStore {
    private final Path file;
    private final Path folder;
    private final LineFile lock;

    private FileCheckpoint(Path file, Path folder, LineFile lock) {
        this.file = file;
        this.folder = folder;
        this.lock = lock;
    }

    static FileCheckpoint open(Path given) {
        Path file = given.toAbsolutePath().normalize();
        Path folder = file.getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new InvalidSettingsException("open", "checkpoint " + given, "it is a folder", "Name a file");
        }
        LineFile lock = lock(Path.of(file + ".lock"))
                .orElseThrow(() -> new InvalidSettingsException(
                        "open",
                        "checkpoint " + given,
                        "a running process is using it",
                        "Wait until that job has ended or stop it, or name another file for another job"));
        return new FileCheckpoint(file, folder, lock);
    }

    private static Optional<LineFile> lock(Path path) {
        try {
            return LineFile.open(path);
        } catch (LockstepException e) {
            throw new InvalidSettingsException(e.operation(), "checkpoint lock " + e.subject(), e.problem(), e.hint());
        }
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public String howToDelete() {
        return "Delete " + file + " to start anew";
    }

    @Override
    public Optional<byte[]> read() {
        try {
            return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
        } catch (IOException e) {
            throw LineFile.failure("read", file, e);
        }
    }

    @Override
    public void write(byte[] document) {
        replace(file, document);
    }

    private static void replace(Path path, byte[] content) {
        Path next = Path.of(path + ".new");
        try {
            Files.deleteIfExists(next);
            Files.createFile(next, ownerOnly(next));
            try (FileOutputStream out = new FileOutputStream(next.toFile())) {
                out.write(content);
                out.getFD().sync();
            }
            Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            sync(path.resolveSibling("."));
        } catch (IOException e) {
            throw LineFile.failure("write", path, e);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /** A rename is durable once its folder is; where folders cannot be opened, it is so by itself. */
    private static void sync(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private Path page(String page) {
        return folder.resolve(file.getFileName() + ".pages").resolve(page);
    }

    @Override
    public void keep(String page, byte[] content) {
        Path path = page(page);
        try {
            Files.createDirectories(path.resolveSibling("."));
        } catch (IOException e) {
            throw LineFile.failure("create", path, e);
        }
        replace(path, content);
    }

    @Override
    public byte[] kept(String page) {
        try {
            return Files.readAllBytes(page(page));
        } catch (IOException e) {
            throw LineFile.failure("read", page(page), e);
        }
    }

    @Override
    public void drop(String page) {
        try {
            Files.deleteIfExists(page(page));
        } catch (IOException e) {
            throw LineFile.failure("delete", page(page), e);
        }
    }

    @Override
    public void dropAll() {
        Path pages = page("").normalize();
        if (!Files.isDirectory(pages)) {
            return;
        }
        try (Stream<Path> left = Files.list(pages)) {
            for (Path page : left.toList()) {
                Files.deleteIfExists(page);
            }
            Files.delete(pages);
        } catch (IOException e) {
            throw LineFile.failure("delete", pages, e);
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
