package dev.lockstep.objects;

import dev.lockstep.LockstepException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A local directory as a bucket that is only read: what was downloaded from one can be checked and restored from here. A
 * file's path in the directory, with slashes, is its key.
 *
 * <p>There are no versions and no metadata, and an ETag is no MD5: it tells a file's size and time. A symbolic link is
 * followed within the directory; one that leads out of it is refused, so that nobody's archive reads what it should not. The
 * directory may grow while it is read, but nobody may be changing what is in it on purpose. Thread-safe.
 */
public final class FolderObjects implements ObjectStore {
    private static final int PAGE = 1_000;

    private final String name;
    private final FolderFiles files;

    /** @throws LockstepException where there is no such directory */
    public FolderObjects(Path directory) {
        this.name = directory.toString();
        this.files = new FolderFiles(name, real(directory));
    }

    private static Path real(Path directory) {
        try {
            Path real = directory.toRealPath();
            if (Files.isDirectory(real)) {
                return real;
            }
        } catch (NoSuchFileException e) {
            // As one that is a file.
        } catch (IOException e) {
            throw FolderFiles.failed(directory.toString(), e);
        }
        throw new LockstepException("read", directory.toString(), "there is no such directory", "Check the path");
    }

    /** The directory's path. */
    @Override
    public String name() {
        return name;
    }

    private String subject(String key) {
        return name + "/" + key;
    }

    @Override
    public Optional<StoredObject> get(String key) {
        Optional<ObjectReader> opened = open(key, null);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (ObjectReader reader = opened.get()) {
            if (reader.size() > MAX_BYTES) {
                throw new LockstepException(
                        "read", subject(key), "it is larger than the " + (MAX_BYTES >> 20) + " MB that are read", "");
            }
            byte[] content = reader.readAllBytes();
            return Optional.of(new StoredObject(content, reader.etag(), reader.lastModified(), Map.of()));
        } catch (IOException e) {
            throw FolderFiles.failed(subject(key), e);
        }
    }

    @Override
    public Optional<ObjectReader> open(String key, @Nullable String ifMatch) {
        Optional<FileReader> reader = path(key).map(file -> FileReader.of(subject(key), file));
        reader.filter(opened -> ifMatch != null && !ifMatch.equals(opened.etag()))
                .ifPresent(opened -> {
                    opened.close();
                    throw ObjectReader.changed("read", subject(key), String.valueOf(ifMatch), null);
                });
        return reader.map(opened -> opened);
    }

    private Optional<Path> path(String key) {
        if (List.of(key.split("/", -1)).stream()
                .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
            throw new LockstepException("read", subject(key), "its key has a part that is empty, '.' or '..'", "");
        }
        try {
            return Optional.of(files.resolved(key)).filter(Files::isRegularFile);
        } catch (NoSuchFileException | InvalidPathException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            if ("Not a directory".equals(e.getReason())) {
                return Optional.empty();
            }
            throw FolderFiles.failed(subject(key), e);
        } catch (IOException e) {
            throw FolderFiles.failed(subject(key), e);
        }
    }

    @Override
    public Page page(String prefix, String after, @Nullable String next) {
        List<Entry> entries =
                list(prefix, next == null ? after : next).limit(PAGE + 1L).toList();
        return entries.size() <= PAGE
                ? new Page(entries, null)
                : new Page(entries.subList(0, PAGE), entries.get(PAGE - 1).key());
    }

    /** In one walk; holds the names of the directories on the way to where it is. */
    @Override
    public Stream<Entry> list(String prefix, String after) {
        int traits = Spliterator.ORDERED | Spliterator.NONNULL;
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(new FolderWalk(files, prefix, after), traits), false);
    }

    @Override
    public boolean listsInCalls() {
        return false;
    }

    @Override
    public boolean put(String key, byte[] content, Options options) {
        throw readOnly("write", key);
    }

    @Override
    public ObjectWriter create(String key, Options options) {
        throw readOnly("write", key);
    }

    @Override
    public void delete(String key) {
        throw readOnly("delete", key);
    }

    private LockstepException readOnly(String operation, String key) {
        return new LockstepException(
                operation, subject(key), "a directory is only read", "Name a folder in a bucket, s3://bucket/prefix");
    }

    @Override
    public VersionPage versions(String prefix, @Nullable VersionMark next) {
        throw withoutVersions("list versions", prefix);
    }

    @Override
    public Optional<StoredObject> get(String key, String versionId) {
        throw withoutVersions("read version", key);
    }

    private LockstepException withoutVersions(String operation, String key) {
        return new LockstepException(
                operation,
                subject(key),
                "a directory keeps no versions",
                "Name the folder in the bucket, s3://bucket/prefix");
    }

    @Override
    public boolean keepsVersions() {
        return false;
    }
}
