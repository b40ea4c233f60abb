package dev.lockstep.folder;

import dev.lockstep.LockstepException;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.objects.ObjectStore.StoredObject;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.table.InvalidItemException;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.table.Write;
import dev.lockstep.work.Pool;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A folder in a bucket with one object for each item: the incremental backup of mapbox's dynamodb-replicator, which its
 * tools read and whose folders are read here.
 *
 * <p>The object {@code <folder>/<ItemFolderName>} holds the item as bare DynamoDB JSON without a line feed. A deleted item's
 * object is deleted. Where the bucket keeps versions they are the item's history.
 *
 * <p>A put writes one object, under the one name that we give; a twin that an older tool left under another name stays and
 * is out of date: readers take the newest. A delete deletes all names, else a twin would bring the item back; where the
 * bucket keeps versions, that leaves a delete marker under each name. {@code FolderCleanup} removes all twins.
 *
 * <p>S3 has no order of writes but that of their arrival: a put that was delayed in the network until after the next
 * change of the same item stays. Thread-safe.
 */
public final class ItemFolder {
    /** How many requests in flight the pool of a folder should allow. */
    public static final int MAX_CALLS = 128;

    private static final Options JSON = Options.REPLACE.ofType("application/json");

    private final RetryingObjects objects;
    private final ObjectRef folder;
    private final Pool calls;

    /**
     * @param objects the folder's bucket
     * @param folder of this one table: the folder that the user named, and in it the table's name
     * @param calls bounds the requests in flight; it may serve other destinations too, but none of its own threads may
     *     call this folder
     */
    public ItemFolder(RetryingObjects objects, ObjectRef folder, Pool calls) {
        this.objects = objects;
        this.folder = folder;
        this.calls = calls;
    }

    /** As the user named it, with the table. */
    public String name() {
        return folder.text();
    }

    /** Whether there is any object in it. */
    public boolean holdsItems() {
        return objects.list(folder.keysBeginWith()).findAny().isPresent();
    }

    /** Why this can never be written: a lone surrogate has no UTF-8, the object would hold another item, or that of another key. */
    public Optional<InvalidItemException> fault(Write write) {
        Item after = write.after();
        Item written = after == null ? Item.of(write.key().attributes()) : after;
        return written.encodable()
                ? Optional.empty()
                : Optional.of(new InvalidItemException(
                        "PutObject",
                        name() + " " + write.key(),
                        "the item holds a string with a lone surrogate, which cannot be stored exactly",
                        "Mend the item in the primary table",
                        null));
    }

    /**
     * Writes or deletes the item's object; it is durable when this returns.
     *
     * @throws InvalidItemException before anything is sent, where there is a {@link #fault}
     */
    public void write(Write write) {
        fault(write).ifPresent(fault -> {
            throw fault;
        });
        Item after = write.after();
        if (after == null) {
            delete(write.key());
        } else {
            objects.put(key(ItemFolderName.of(write.key())), ItemFolderJson.bytes(after.attributes()), JSON);
        }
    }

    /** The newest name goes last: until then readers find the item as it was, not an older one. */
    private void delete(Key key) {
        List<String> names = ItemFolderName.all(key);
        for (int i = names.size() - 1; i >= 0; i--) {
            objects.delete(key(names.get(i)));
        }
    }

    private String key(String name) {
        return folder.key(name);
    }

    /**
     * The item as the folder has it, under whatever name; of several the newest, and of equally new ones that under our own
     * name.
     *
     * @throws LockstepException where the newest object is not the item of this key
     */
    public Optional<Item> read(Key key) {
        List<Supplier<Optional<Named>>> gets = ItemFolderName.all(key).stream()
                .map(name ->
                        (Supplier<Optional<Named>>) () -> objects.get(key(name)).map(found -> new Named(name, found)))
                .toList();
        List<Named> found = calls.all(gets).stream().flatMap(Optional::stream).toList();
        return found.isEmpty() ? Optional.empty() : Optional.of(item(key, newest(found)));
    }

    /** The objects that may be items, by the forms of their names. */
    public Stream<String> names() {
        return objects.list(folder.keysBeginWith())
                .map(entry -> entry.key().substring(folder.keysBeginWith().length()))
                .filter(ItemFolderName::isOne);
    }

    /**
     * The item of an object.
     *
     * @return empty where there is no such object any more
     * @throws LockstepException where it is no item of a table with this key, or one that is never called so
     */
    public Optional<Item> read(String name, KeySchema keys) {
        return objects.get(key(name)).map(found -> {
            Item item = parsed(new Named(name, found));
            boolean its =
                    keys.attributes().stream().allMatch(a -> item.attributes().containsKey(a.name()))
                            && ItemFolderName.all(keys.keyOf(item.attributes())).contains(name);
            if (!its) {
                throw new LockstepException(
                        "read", name() + "/" + name, "its name is not that of the item in it", "Look at it by hand");
            }
            return item;
        });
    }

    /** Deletes an object that an older tool left under a name of its own; the item's own object is written before. */
    public void deleteTwin(String name) {
        objects.delete(key(name));
    }

    /**
     * What the folder knows of an item's past, the oldest first, from all names. Where the bucket keeps no versions that is
     * the item as it is now.
     */
    public List<ItemVersion> history(Key key) {
        if (!objects.keepsVersions()) {
            return current(key);
        }
        List<Supplier<List<ItemVersion>>> reads = new ArrayList<>();
        for (String name : ItemFolderName.all(key)) {
            reads.add(() -> versions(key, name));
        }
        List<ItemVersion> all = new ArrayList<>();
        calls.all(reads).forEach(all::addAll);
        all.sort(Comparator.comparing(ItemVersion::at));
        return withoutRepeatedDeletes(all);
    }

    private List<ItemVersion> current(Key key) {
        List<ItemVersion> found = new ArrayList<>();
        for (String name : ItemFolderName.all(key)) {
            objects.get(key(name)).ifPresent(object -> found.add(version(key, name, "", object)));
        }
        found.sort(Comparator.comparing(ItemVersion::at));
        return found;
    }

    /** The oldest first: of those with the same time the store's order is the right one. */
    private List<ItemVersion> versions(Key key, String name) {
        List<ItemVersion> found = new ArrayList<>();
        objects.versions(key(name))
                .filter(v -> v.key().equals(key(name)))
                .forEach(v -> found.add(version(key, name, v)));
        Collections.reverse(found);
        return found;
    }

    private ItemVersion version(Key key, String name, ObjectStore.Version version) {
        String object = name() + "/" + name;
        if (version.delete()) {
            return ItemVersion.deleted(version.lastModified(), object, version.versionId());
        }
        try {
            return objects.get(key(name), version.versionId())
                    .map(found -> version(key, name, version.versionId(), found))
                    .orElseGet(() -> ItemVersion.unreadable(
                            version.lastModified(), object, version.versionId(), "it was deleted meanwhile"));
        } catch (LockstepException e) {
            if (e.retryable()) {
                throw e;
            }
            return ItemVersion.unreadable(version.lastModified(), object, version.versionId(), e.problem());
        }
    }

    private ItemVersion version(Key key, String name, String versionId, StoredObject found) {
        String object = name() + "/" + name;
        try {
            Item item = item(key, new Named(name, found));
            return new ItemVersion(found.lastModified(), object, versionId, Optional.of(item), false, "");
        } catch (LockstepException e) {
            return ItemVersion.unreadable(found.lastModified(), object, versionId, e.problem());
        }
    }

    /** A delete leaves a marker under each of the item's names. */
    private static List<ItemVersion> withoutRepeatedDeletes(List<ItemVersion> all) {
        List<ItemVersion> kept = new ArrayList<>();
        for (ItemVersion version : all) {
            boolean repeated = version.isDelete()
                    && (kept.isEmpty() || kept.get(kept.size() - 1).isDelete());
            if (!repeated) {
                kept.add(version);
            }
        }
        return kept;
    }

    private record Named(String name, StoredObject object) {}

    private static Named newest(List<Named> found) {
        Comparator<Named> byTime = Comparator.comparing(named -> named.object().lastModified());
        return Collections.min(found, byTime.reversed());
    }

    private Item item(Key key, Named named) {
        Item item = parsed(named);
        if (!key.schema().isKeyOf(item.attributes(), key)) {
            throw unreadable(named, "it holds the item of another key");
        }
        return item;
    }

    private Item parsed(Named named) {
        try {
            String text = new String(named.object().content(), StandardCharsets.UTF_8);
            return Item.of(ItemJson.read(ItemJson.parse(text)));
        } catch (MalformedItemException e) {
            throw unreadable(named, e.getMessage());
        }
    }

    private LockstepException unreadable(Named named, String problem) {
        return new LockstepException(
                "read", name() + "/" + named.name(), problem, "It was not written by a tool of this format");
    }
}
