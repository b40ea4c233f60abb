package dev.lockstep.backup;

import dev.lockstep.objects.ObjectReader;
import dev.lockstep.objects.ObjectStore;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A file of lines in a bucket. What was read once is the same the next time, or a failure. Thread-safe. */
final class FilePart implements Part {
    private final ObjectStore objects;
    private final String key;
    private final AtomicLong bytes;
    private final Known known;
    private final Lines lines;
    private final AtomicReference<@Nullable String> etag = new AtomicReference<>();

    /**
     * How the lines of the file are written.
     *
     * @param header lines before the first item
     * @param endsInLineFeed whether its last line must have an end
     */
    record Lines(LineFormat format, int header, boolean endsInLineFeed) {
        static Lines of(LineFormat format) {
            return new Lines(format, 0, false);
        }
    }

    /** @param bytes its size; 0 where that is not known before it is read */
    FilePart(ObjectStore objects, String key, long bytes, Known known, Lines lines) {
        this.objects = objects;
        this.key = key;
        this.bytes = new AtomicLong(bytes);
        this.known = known;
        this.lines = lines;
    }

    @Override
    public String name() {
        return objects.name() + "/" + key;
    }

    @Override
    public long bytes() {
        return bytes.get();
    }

    @Override
    public void read(Consumer<ItemState> states) {
        try (ObjectReader stored =
                objects.open(key, etag.get()).orElseThrow(() -> new DamagedException(name(), "it is missing"))) {
            etag.compareAndSet(null, stored.etag());
            bytes.set(stored.size());
            requireSame(stored);
            read(stored, states);
        }
    }

    /** An ETag tells nothing of a file whose hash is known: it changes with each copy, and is no hash where it came in parts. */
    private void requireSame(ObjectReader stored) {
        Optional<String> told = known.etag();
        boolean hashed = known.md5().isPresent() || known.sha256().isPresent();
        if (!hashed && told.isPresent() && !told.get().equals(stored.etag())) {
            throw new DamagedException(name(), "its ETag is not the one that its manifest tells: it was replaced");
        }
    }

    private void read(ObjectReader stored, Consumer<ItemState> states) {
        long most = known.items().orElse(Long.MAX_VALUE);
        long[] items = {-lines.header()};
        BackupLines.Form form = new BackupLines.Form(lines.format().longest(), lines.endsInLineFeed());
        BackupLines.read(name(), stored, known, form, line -> {
            if (items[0]++ < 0) {
                return;
            }
            if (items[0] > most) {
                throw new DamagedException(name(), "it holds more than the " + most + " items that its manifest tells");
            }
            states.accept(lines.format().read(line));
        });
        if (known.items().isPresent() && items[0] != most) {
            throw new DamagedException(name(), "it holds " + items[0] + " items, its manifest tells " + most);
        }
    }
}
