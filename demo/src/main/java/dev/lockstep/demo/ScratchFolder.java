package dev.lockstep.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary folder of this user's that goes with all that is in it. */
record ScratchFolder(Path path) implements AutoCloseable {
    static ScratchFolder create() {
        try {
            return new ScratchFolder(createShort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With a name that can be read; it may be taken, by a process that had the same id. */
    private static Path createShort() throws IOException {
        Path path = Path.of(
                System.getProperty("java.io.tmpdir"),
                "lockstep-demo-" + ProcessHandle.current().pid());
        try {
            return Files.createDirectory(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException | UnsupportedOperationException e) {
            return Files.createTempDirectory("lockstep-demo-");
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(path)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
