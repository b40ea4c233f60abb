package dev.lockstep.objects;

import dev.lockstep.table.Attempts;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A store whose calls are made again with backoff where they fail for a passing reason.
 *
 * <p>After the last try the last failure is thrown with the earlier ones suppressed. Thread-safe.
 */
public final class RetryingObjects implements ObjectStore {
    /** Names the put that wrote an object: whether "it is there already" speaks of our own earlier try. */
    static final String PUT_ID = "lockstep-put";

    private final ObjectStore objects;
    private final RetryPolicy policy;
    private final RetryingTable.Listener listener;

    private RetryingObjects(ObjectStore objects, RetryPolicy policy, RetryingTable.Listener listener) {
        this.objects = objects;
        this.policy = policy;
        this.listener = listener;
    }

    /** Wraps a store; one that is wrapped already stays as it is. */
    public static RetryingObjects over(ObjectStore objects, RetryPolicy policy, RetryingTable.Listener listener) {
        return objects instanceof RetryingObjects already ? already : new RetryingObjects(objects, policy, listener);
    }

    private Attempts attempts(String operation, String key) {
        return new Attempts(operation, name() + "/" + key, policy, listener);
    }

    @Override
    public String name() {
        return objects.name();
    }

    @Override
    public boolean put(String key, byte[] content, Options options) {
        return options.ifAbsent()
                ? putIfAbsent(key, content, options)
                : attempts("PutObject", key).until(() -> objects.put(key, content, options));
    }

    /** A try whose answer was lost may have written the object, which then stands in the way of the next try. */
    private boolean putIfAbsent(String key, byte[] content, Options options) {
        String id = UUID.randomUUID().toString();
        Map<String, String> metadata = new HashMap<>(options.metadata());
        metadata.put(PUT_ID, id);
        Options named = options.with(metadata);
        int[] tries = new int[1];
        return attempts("PutObject", key).until(() -> {
            boolean first = tries[0]++ == 0;
            return objects.put(key, content, named) || (!first && wasWrittenBy(id, key));
        });
    }

    private boolean wasWrittenBy(String id, String key) {
        return objects.get(key)
                .filter(found -> id.equals(found.metadata().get(PUT_ID)))
                .isPresent();
    }

    /** A try whose answer was lost may stand in the way of the next: the caller must look where this is empty. */
    @Override
    public Optional<String> replace(String key, byte[] content, @Nullable String ifMatch) {
        return attempts("PutObject", key).until(() -> objects.replace(key, content, ifMatch));
    }

    @Override
    public Optional<StoredObject> get(String key) {
        return attempts("GetObject", key).until(() -> objects.get(key));
    }

    @Override
    public void delete(String key) {
        attempts("DeleteObject", key).until(() -> {
            objects.delete(key);
            return true;
        });
    }

    @Override
    public Page page(String prefix, String after, @Nullable String next) {
        return attempts("ListObjectsV2", prefix).until(() -> objects.page(prefix, after, next));
    }

    @Override
    public boolean listsInCalls() {
        return objects.listsInCalls();
    }

    /** Each part is a call of its own, which is made again where it fails. */
    @Override
    public ObjectWriter create(String key, Options options) {
        String subject = name() + "/" + key;
        return objects.create(key, options)
                .retrying(
                        operation -> new Attempts(operation, subject, policy, listener),
                        () -> new Attempts("AbortMultipartUpload", subject, RetryPolicy.BRIEF, listener));
    }

    /** A read that breaks goes on where it broke, in the very same object. */
    @Override
    public Optional<ObjectReader> open(String key, @Nullable String ifMatch) {
        return attempts("GetObject", key)
                .until(() -> objects.open(key, ifMatch))
                .map(reader -> new RetryingReader(reader, () -> attempts("GetObject", key)));
    }

    @Override
    public VersionPage versions(String prefix, @Nullable VersionMark next) {
        return attempts("ListObjectVersions", prefix).until(() -> objects.versions(prefix, next));
    }

    @Override
    public Optional<StoredObject> get(String key, String versionId) {
        return attempts("GetObject", key).until(() -> objects.get(key, versionId));
    }

    @Override
    public boolean keepsVersions() {
        return new Attempts("GetBucketVersioning", name(), policy, listener).until(objects::keepsVersions);
    }
}
