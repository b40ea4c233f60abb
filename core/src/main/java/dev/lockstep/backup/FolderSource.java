package dev.lockstep.backup;

import dev.lockstep.folder.ItemFolder;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.table.Item;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.TableDocument;
import dev.lockstep.work.Pool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * A folder with an object for each item, whoever wrote it: each item once, though several objects may hold it. Of those the
 * newest counts, and of equally new ones that under our own name.
 *
 * <p>The folder may be in use. It is listed once; each item is what its object holds when it is read, and one whose object
 * was deleted since is left out. So it shows no single moment: that is what a change log is for.
 */
final class FolderSource implements Source {
    private static final int SLICE = 10_000;

    /** Objects whose keys are tried; one may be too large to, or no item. */
    private static final int GUESSES = 20;

    private final String name;
    private final FolderListing listing;
    private final KeySchema keys;
    private final List<Part> parts;

    private FolderSource(String name, FolderListing listing, KeySchema keys, List<Part> parts) {
        this.name = name;
        this.listing = listing;
        this.keys = keys;
        this.parts = parts;
    }

    /**
     * @param folder with a slash at its end
     * @param keys of the table; where it is not given, it is found out
     * @param temporary a folder for 48 bytes an item
     * @param calls bounds the objects read at once; not to be closed before the source has been read
     * @throws DamagedException where the key cannot be found out: it is no folder of items
     */
    static FolderSource open(ObjectStore objects, String folder, Optional<KeySchema> keys, Path temporary, Pool calls) {
        FolderListing listing = new FolderLister(objects, folder, temporary).list(calls);
        KeySchema known = keys.orElseGet(() -> guess(objects, folder, listing));
        Semaphore inFlight = new Semaphore(ItemFolder.MAX_CALLS);
        List<Part> parts = new ArrayList<>();
        for (long from = 0; from < listing.count(); from += SLICE) {
            long to = Math.min(listing.count(), from + SLICE);
            parts.add(new FolderPart(objects, folder, known, listing, from, to, calls, inFlight));
        }
        return new FolderSource(objects.name() + "/" + folder.replaceAll("/$", ""), listing, known, List.copyOf(parts));
    }

    private static KeySchema guess(ObjectStore objects, String folder, FolderListing listing) {
        for (long i = 0; i < Math.min(GUESSES, listing.count()); i++) {
            String name = listing.name(i);
            Optional<KeySchema> keys = item(objects, folder + name).flatMap(item -> KeyGuess.of(name, item));
            if (keys.isPresent()) {
                return keys.get();
            }
        }
        throw new DamagedException(
                objects.name() + "/" + folder,
                "it is no folder of items: no object of the first " + GUESSES
                        + " is called by a hash of attributes in it");
    }

    private static Optional<Item> item(ObjectStore objects, String key) {
        try {
            return FolderPart.item(objects, key);
        } catch (DamagedException e) {
            return Optional.empty();
        }
    }

    /** As it was given, or found out; then which of two attributes is the partition key is not sure. */
    KeySchema keys() {
        return keys;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String format() {
        return "a folder of items";
    }

    @Override
    public Optional<TableDocument> table() {
        return Optional.empty();
    }

    /** The newest of an item's objects is known from the listing. */
    @Override
    public boolean once() {
        return true;
    }

    @Override
    public List<Layer> layers() {
        return List.of(new Layer(name, parts));
    }

    @Override
    public List<DamagedException> faults() {
        return listing.faults();
    }
}
