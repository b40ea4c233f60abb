package dev.lockstep.objects;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A bucket in memory, held to the same contract as S3. Its clock goes by a second with each put. Thread-safe. */
public class MemoryObjects implements ObjectStore {
    private static final int PAGE = 3;

    private final String name;
    private final TreeMap<String, StoredObject> objects = new TreeMap<>();
    /** Of each key the newest last. */
    private final TreeMap<String, List<Kept>> history = new TreeMap<>();

    private long seconds = 1_000_000;
    private long versions;

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
        StoredObject object = new StoredObject(content.clone(), Digest.MD5.hexOf(content), now, options.metadata());
        objects.put(key, object);
        keep(key, now, object);
        return true;
    }

    /** @param object null for a delete marker */
    private record Kept(
            String versionId, Instant time, @Nullable StoredObject object) {}

    private void keep(String key, Instant time, @Nullable StoredObject object) {
        List<Kept> kept = history.computeIfAbsent(key, k -> new ArrayList<>());
        kept.add(new Kept("v" + ++versions, time, object));
    }

    @Override
    public synchronized Optional<StoredObject> get(String key) {
        return Optional.ofNullable(objects.get(key));
    }

    @Override
    public synchronized void delete(String key) {
        objects.remove(key);
        keep(key, Instant.ofEpochSecond(seconds), null);
    }

    @Override
    public ObjectWriter create(String key, Options options) {
        return new MemoryWriter(content -> put(key, content, options));
    }

    @Override
    public synchronized Optional<ObjectReader> open(String key, @Nullable String ifMatch) {
        StoredObject found = objects.get(key);
        if (found != null && ifMatch != null && !ifMatch.equals(found.etag())) {
            throw ObjectReader.changed("GetObject", name + "/" + key, ifMatch, null);
        }
        return Optional.ofNullable(found).map(MemoryReader::new);
    }

    /** Pages end within the versions of a key too. */
    @Override
    public synchronized VersionPage versions(String prefix, @Nullable VersionMark next) {
        List<Version> all = history.entrySet().stream()
                .filter(e -> e.getKey().startsWith(prefix))
                .flatMap(e -> versions(e.getKey(), e.getValue()))
                .toList();
        int from = 0;
        while (next != null && !(mark(all.get(from++)).equals(next))) {}
        List<Version> page = all.subList(from, Math.min(all.size(), from + PAGE));
        return new VersionPage(page, from + PAGE < all.size() ? mark(page.get(PAGE - 1)) : null);
    }

    private static VersionMark mark(Version version) {
        return new VersionMark(version.key(), version.versionId());
    }

    private static Stream<Version> versions(String key, List<Kept> kept) {
        int last = kept.size() - 1;
        return IntStream.rangeClosed(0, last).mapToObj(i -> version(key, kept.get(last - i), i == 0));
    }

    private static Version version(String key, Kept kept, boolean latest) {
        StoredObject object = kept.object();
        return object == null
                ? new Version(key, kept.versionId(), kept.time(), true, latest, 0, "")
                : new Version(
                        key, kept.versionId(), kept.time(), false, latest, object.content().length, object.etag());
    }

    @Override
    public synchronized Optional<StoredObject> get(String key, String versionId) {
        return history.getOrDefault(key, List.of()).stream()
                .filter(kept -> kept.versionId().equals(versionId) && kept.object() != null)
                .findFirst()
                .map(Kept::object);
    }

    @Override
    public boolean keepsVersions() {
        return true;
    }

    @Override
    public synchronized Page page(String prefix, String after, @Nullable String next) {
        List<Entry> found = objects.tailMap(next == null ? after : next, false).entrySet().stream()
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
