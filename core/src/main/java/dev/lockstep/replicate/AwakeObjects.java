package dev.lockstep.replicate;

import dev.lockstep.objects.ObjectReader;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectWriter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A bucket that is not written to when this process has just stood still; see {@link Pulse}. Thread-safe. */
public final class AwakeObjects implements ObjectStore {
    private final ObjectStore objects;
    private final Pulse pulse;

    public AwakeObjects(ObjectStore objects, Pulse pulse) {
        this.objects = objects;
        this.pulse = pulse;
    }

    @Override
    public String name() {
        return objects.name();
    }

    @Override
    public boolean put(String key, byte[] content, Options options) {
        pulse.require("PutObject", name());
        return objects.put(key, content, options);
    }

    @Override
    public Optional<StoredObject> get(String key) {
        return objects.get(key);
    }

    @Override
    public void delete(String key) {
        pulse.require("DeleteObject", name());
        objects.delete(key);
    }

    @Override
    public Page page(String prefix, String after, @Nullable String next) {
        return objects.page(prefix, after, next);
    }

    @Override
    public boolean listsInCalls() {
        return objects.listsInCalls();
    }

    @Override
    public ObjectWriter create(String key, Options options) {
        pulse.require("CreateMultipartUpload", name());
        return objects.create(key, options);
    }

    @Override
    public Optional<ObjectReader> open(String key, @Nullable String ifMatch) {
        return objects.open(key, ifMatch);
    }

    @Override
    public VersionPage versions(String prefix, @Nullable VersionMark next) {
        return objects.versions(prefix, next);
    }

    @Override
    public Optional<StoredObject> get(String key, String versionId) {
        return objects.get(key, versionId);
    }

    @Override
    public boolean keepsVersions() {
        return objects.keepsVersions();
    }
}
