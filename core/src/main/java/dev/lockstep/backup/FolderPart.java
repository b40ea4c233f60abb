package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.CancelledException;
import dev.lockstep.folder.ItemFolderName;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.StoredObject;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.work.Pool;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A stretch of an item folder's listing: objects one after the other, several read ahead. Thread-safe. */
final class FolderPart implements Part {
    /** Each key has one state here, whichever of its objects it is in and wherever in the listing that is. */
    private static final String ORDER = "0";

    private static final int MAX_FAULTS = 100;

    private final ObjectStore objects;
    private final String folder;
    private final KeySchema keys;
    private final FolderListing listing;
    private final long from;
    private final long to;
    private final Pool calls;
    private final Semaphore inFlight;

    /** @param inFlight bounds the objects held in memory by all parts of the folder */
    FolderPart(
            ObjectStore objects,
            String folder,
            KeySchema keys,
            FolderListing listing,
            long from,
            long to,
            Pool calls,
            Semaphore inFlight) {
        this.objects = objects;
        this.folder = folder;
        this.keys = keys;
        this.listing = listing;
        this.from = from;
        this.to = to;
        this.calls = calls;
        this.inFlight = inFlight;
    }

    @Override
    public String name() {
        return subject(listing.name(from));
    }

    @Override
    public long bytes() {
        long bytes = 0;
        for (long i = from; i < to; i++) {
            bytes += listing.size(i);
        }
        return bytes;
    }

    @Override
    public long objects() {
        return to - from;
    }

    private String subject(String name) {
        return objects.name() + "/" + folder + name;
    }

    /** Goes on after an object that is damaged; what was found is thrown at the end, the first with the others suppressed. */
    @Override
    public void read(Consumer<ItemState> states) {
        Deque<Ahead> ahead = new ArrayDeque<>();
        Faults faults = new Faults();
        try {
            for (long i = from; i < to; i++) {
                while (!mayRead(ahead)) {
                    take(ahead.remove(), states, faults);
                }
                String name = listing.name(i);
                long size = listing.size(i);
                ahead.add(new Ahead(name, calls.ahead(() -> read(name, size))));
            }
            while (!ahead.isEmpty()) {
                take(ahead.remove(), states, faults);
            }
        } finally {
            ahead.forEach(left -> left.item().cancel(true));
            inFlight.release(ahead.size());
        }
        faults.throwFirst();
    }

    private record Ahead(String name, Future<Optional<Item>> item) {}

    /** Who holds nothing may wait for the others, who never wait while they hold something. */
    private boolean mayRead(Deque<Ahead> ahead) {
        if (!ahead.isEmpty()) {
            return inFlight.tryAcquire();
        }
        try {
            inFlight.acquire();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("read", subject(""));
        }
    }

    private void take(Ahead ahead, Consumer<ItemState> states, Faults faults) {
        try {
            calls.get(ahead.item()).flatMap(item -> state(ahead.name(), item)).ifPresent(states);
        } catch (DamagedException e) {
            faults.add(e);
        } finally {
            inFlight.release();
        }
    }

    private Optional<Item> read(String name, long size) {
        if (size > BackupLines.ONE_IMAGE) {
            throw new DamagedException(subject(name), "it is larger than any item can be");
        }
        return item(objects, folder + name);
    }

    /**
     * The item that an object holds; empty where it was deleted since it was listed.
     *
     * @throws DamagedException where it holds none
     */
    static Optional<Item> item(ObjectStore objects, String key) {
        Optional<StoredObject> found = objects.get(key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try {
            String json = UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(found.get().content()))
                    .toString();
            return Optional.of(ItemLimits.checked(ItemJson.read(ItemJson.parse(json))));
        } catch (MalformedItemException e) {
            throw new DamagedException(objects.name() + "/" + key, e.getMessage(), e);
        } catch (CharacterCodingException e) {
            throw new DamagedException(objects.name() + "/" + key, "not UTF-8", e);
        }
    }

    /** The item, unless a twin of its object is the one that counts. */
    private Optional<ItemState> state(String name, Item item) {
        Key key = key(name, item.attributes());
        List<String> names = ItemFolderName.all(key);
        if (!names.contains(name)) {
            throw new DamagedException(subject(name), "its name is no hash of the key of the item that it holds");
        }
        return newest(names).equals(name)
                ? Optional.of(new ItemState(Optional.of(key.attributes()), item, ORDER))
                : Optional.empty();
    }

    private Key key(String name, Map<String, AttributeValue> attributes) {
        for (KeyAttribute attribute : keys.attributes()) {
            AttributeValue value = attributes.get(attribute.name());
            if (value == null || !value.type().name().equals(attribute.type().name())) {
                throw new DamagedException(subject(name), "an item without the key attribute " + attribute);
            }
        }
        return keys.keyOf(attributes);
    }

    /** Of several as new as each other the first, which is ours. */
    private String newest(List<String> names) {
        String newest = names.get(0);
        long time = Long.MIN_VALUE;
        for (String name : names) {
            OptionalLong modified = listing.lastModified(name);
            if (modified.isPresent() && modified.getAsLong() > time) {
                newest = name;
                time = modified.getAsLong();
            }
        }
        return newest;
    }

    /** What is wrong with single objects; a folder that is none would have very many. */
    private final class Faults {
        private @Nullable DamagedException first;
        private long count;

        void add(DamagedException fault) {
            count++;
            if (first == null) {
                first = fault;
            } else if (count <= MAX_FAULTS) {
                first.addSuppressed(fault);
            }
        }

        void throwFirst() {
            if (first == null) {
                return;
            }
            if (count > MAX_FAULTS) {
                first.addSuppressed(
                        new DamagedException(subject(""), (count - MAX_FAULTS) + " more of its objects are damaged"));
            }
            throw first;
        }
    }
}
