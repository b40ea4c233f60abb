package dev.lockstep.objects;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A bucket in memory, held to the same contract as S3. Its clock goes by a second with each put. Thread-safe. */
public final class MemoryObjects implements ObjectStore {
    private static final int PAGE = 3;

    private final String name;
    private final TreeMap<String, StoredObject> objects = new TreeMap<>();
    private long seconds = 1_000_000;

    public MemoryObjects(String bucket) {
        this.name = "s3://" + bucket;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public synchronized boolean put(String key, byte[] content, Options options) {
        if (options.ifAbsent() && objects.containsKey(key)) {
            return false;
        }
        Instant now = Instant.ofEpochSecond(seconds++);
        objects.put(key, new StoredObject(content.clone(), Digest.MD5.hexOf(content), now, options.metadata()));
        return true;
    }

    @Override
    public synchronized Optional<StoredObject> get(String key) {
        return Optional.ofNullable(objects.get(key));
    }

    @Override
    public synchronized void delete(String key) {
        objects.remove(key);
    }

    @Override
    public synchronized Page page(String prefix, @Nullable String next) {
        List<Entry> found = objects.tailMap(next == null ? prefix : next, next == null).entrySet().stream()
                .filter(e -> e.getKey().startsWith(prefix))
                .limit(PAGE)
                .map(e -> entry(e.getKey(), e.getValue()))
                .toList();
        return new Page(found, found.size() < PAGE ? null : found.get(PAGE - 1).key());
    }

    private static Entry entry(String key, StoredObject object) {
        return new Entry(key, object.content().length, object.etag(), object.lastModified());
    }

    /** Everything in it: keys and texts. */
    public synchronized Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        objects.forEach((key, object) -> texts.put(key, new String(object.content(), UTF_8)));
        return texts;
    }
}
