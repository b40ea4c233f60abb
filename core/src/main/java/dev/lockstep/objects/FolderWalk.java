package dev.lockstep.objects;

import dev.lockstep.LockstepException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of a directory in the order of their keys, as S3 lists objects: {@code a-b} comes before {@code a/b}. It reads only
 * directories that can hold what is asked for. Used by one thread.
 */
final class FolderWalk implements Iterator<ObjectStore.Entry> {
    private final FolderFiles files;
    private final String prefix;
    private final String after;
    private final Deque<Directory> open = new ArrayDeque<>();
    private ObjectStore.@Nullable Entry next;

    /** @param after only keys that come after it */
    FolderWalk(FolderFiles files, String prefix, String after) {
        this.files = files;
        this.prefix = prefix;
        this.after = after;
        enter("", files.root());
    }

    /** @param key that of a directory ends with a slash, and is what the keys in it begin with */
    private record Child(String key, Path real, BasicFileAttributes attributes) {}

    /** @param left what was not walked yet */
    private record Directory(Path real, Iterator<Child> left) {}

    /** Links may make a circle of directories, each of which leads to another: none is entered within itself. */
    private void enter(String key, Path real) {
        if (open.stream().anyMatch(directory -> directory.real().equals(real))) {
            throw new LockstepException(
                    "read", files.name() + "/" + key, "a symbolic link leads back to where it is", "Remove it");
        }
        open.push(new Directory(real, children(key, real)));
    }

    private Iterator<Child> children(String of, Path directory) {
        try (Stream<Path> listed = Files.list(directory)) {
            List<String> keys = listed.map(path -> of + path.getFileName())
                    .filter(key -> key.startsWith(prefix) || prefix.startsWith(key + "/"))
                    .toList();
            return keys.stream()
                    .flatMap(this::child)
                    .filter(this::isWanted)
                    .sorted(Comparator.comparing(Child::key))
                    .toList()
                    .iterator();
        } catch (IOException e) {
            throw FolderFiles.failed(files.name() + "/" + of, e);
        }
    }

    /** None for what is neither file nor directory. */
    private Stream<Child> child(String key) {
        try {
            Path real = files.resolved(key);
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            String suffix = attributes.isDirectory() ? "/" : "";
            return attributes.isDirectory() || attributes.isRegularFile()
                    ? Stream.of(new Child(key + suffix, real, attributes))
                    : Stream.empty();
        } catch (IOException e) {
            throw FolderFiles.failed(files.name() + "/" + key, e);
        }
    }

    private boolean isWanted(Child child) {
        String key = child.key();
        return child.attributes().isDirectory()
                ? (key.startsWith(prefix) || prefix.startsWith(key))
                        && (key.compareTo(after) > 0 || after.startsWith(key))
                : key.startsWith(prefix) && key.compareTo(after) > 0;
    }

    @Override
    public boolean hasNext() {
        while (next == null && !open.isEmpty()) {
            if (open.element().left().hasNext()) {
                take(open.element().left().next());
            } else {
                open.pop();
            }
        }
        return next != null;
    }

    private void take(Child child) {
        if (child.attributes().isDirectory()) {
            enter(child.key(), child.real());
        } else {
            next = FolderFiles.entry(child.key(), child.attributes());
        }
    }

    @Override
    public ObjectStore.Entry next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException();
        }
        ObjectStore.Entry found = next;
        next = null;
        return found;
    }
}
