package dev.lockstep.backup;

import dev.lockstep.LockstepException;
import dev.lockstep.backup.FolderListing.Stretch;
import dev.lockstep.files.LineFile;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Entry;
import dev.lockstep.objects.ObjectStore.Page;
import dev.lockstep.work.Pool;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Lists an item folder: a page, and then what follows it in several stretches at once. A million objects take a thousand pages,
 * which one after the other take as long as reading the objects does.
 */
final class FolderLister {
    private static final int MAX_STRETCHES = 16;
    /** A page of each is asked for in vain: that it has ended is seen when it has been passed. */
    private static final int PAGES_A_STRETCH = 4;

    /** Stretches are cut by so many digits of a name. */
    private static final int DIGITS = 4;

    private static final int CUTS = 1 << 4 * DIGITS;

    /** After all names. */
    private static final String END = "\uffff";

    private static final int MAX_FAULTS = 1000;

    private final ObjectStore objects;
    private final String folder;
    private final Path temporary;

    /**
     * @param folder with a slash at its end
     * @param temporary a folder for 48 bytes an item
     */
    FolderLister(ObjectStore objects, String folder, Path temporary) {
        this.objects = objects;
        this.folder = folder;
        this.temporary = temporary;
    }

    /** @param calls lists the stretches */
    FolderListing list(Pool calls) {
        if (!objects.listsInCalls()) {
            return listing(List.of(stretch(objects.list(folder), "", END)));
        }
        Page first = objects.page(folder, "", null);
        List<String> ends = ends(first);
        List<Supplier<Stretch>> stretches = new ArrayList<>();
        stretches.add(() -> stretch(from(first), "", ends.get(0)));
        for (int i = 1; i < ends.size(); i++) {
            String after = ends.get(i - 1);
            String last = ends.get(i);
            stretches.add(() -> stretch(objects.list(folder, folder + after), after, last));
        }
        return listing(calls.all(stretches));
    }

    private static FolderListing listing(List<Stretch> stretches) {
        FolderListing listing = new FolderListing();
        stretches.forEach(listing::add);
        return listing;
    }

    private Stream<Entry> from(Page first) {
        Stream<Entry> entries = first.entries().stream();
        return first.next() == null ? entries : Stream.concat(entries, objects.list(folder, lastKey(first)));
    }

    private static String lastKey(Page page) {
        return page.entries().isEmpty()
                ? ""
                : page.entries().get(page.entries().size() - 1).key();
    }

    /** Where each stretch ends. Names are hashes, evenly spread: the first page tells how many pages there are. */
    private List<String> ends(Page first) {
        List<String> ends = new ArrayList<>();
        String reached = first.next() == null ? "" : lastKey(first).substring(folder.length());
        if (FolderListing.isItem(reached)) {
            int page = Integer.parseInt(reached, 0, DIGITS, 16) + 1;
            int stretches = Math.min(MAX_STRETCHES, CUTS / page / PAGES_A_STRETCH);
            for (int i = 1; i < stretches; i++) {
                ends.add(HexFormat.of().toHexDigits((short) (CUTS / stretches * i)));
            }
        }
        ends.add(END);
        return ends;
    }

    /** @param after a name that all of them come after */
    private Stretch stretch(Stream<Entry> entries, String after, String last) {
        try {
            Files.createDirectories(temporary);
            Path file = Files.createTempFile(temporary, "lockstep-listing-", null);
            try {
                return stretch(file, entries, after, last);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw LineFile.failure("write", temporary, e);
        }
    }

    private Stretch stretch(Path file, Stream<Entry> entries, String after, String last) throws IOException {
        List<DamagedException> faults = new ArrayList<>();
        long bytes = 0;
        String before = after;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
                entries) {
            for (Entry entry : (Iterable<Entry>) entries::iterator) {
                String name = entry.key().substring(folder.length());
                if (name.compareTo(last) > 0) {
                    break;
                }
                if (FolderListing.isItem(name)) {
                    requireOrder(before, name);
                    before = name;
                    out.write(FolderListing.record(name, entry));
                    bytes += entry.size();
                } else if (faults.size() < MAX_FAULTS) {
                    faults.add(new DamagedException(
                            objects.name() + "/" + entry.key(), "it is no item: its name is no hash of a key"));
                }
            }
        }
        return new Stretch(mapped(file), bytes, faults);
    }

    /** In any other order objects would be passed over without a word. */
    private void requireOrder(String before, String name) {
        if (name.compareTo(before) <= 0) {
            throw new LockstepException(
                    "list",
                    objects.name() + "/" + folder,
                    name + " is listed after " + before + ": the store does not list keys in their order",
                    "");
        }
    }

    private static List<MappedByteBuffer> mapped(Path file) throws IOException {
        List<MappedByteBuffer> mappings = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(file)) {
            for (long from = 0; from < channel.size(); from += FolderListing.MAPPED) {
                long length = Math.min(FolderListing.MAPPED, channel.size() - from);
                mappings.add(channel.map(MapMode.READ_ONLY, from, length));
            }
        }
        return mappings;
    }
}
