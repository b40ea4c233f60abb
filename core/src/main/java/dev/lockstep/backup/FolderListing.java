package dev.lockstep.backup;

import dev.lockstep.files.LineFile;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Entry;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The objects of an item folder, for any number of them in little heap: in a temporary file that is mapped into memory. The
 * file has no name any more once it is mapped. Immutable, thread-safe.
 *
 * <pre>
 * 32 bytes  the name: a SHA-256, or an MD5 with zeros behind it
 *  4 bytes  the length of the name, 16 or 32
 *  4 bytes  size of the object
 *  8 bytes  last modified, seconds
 * </pre>
 */
final class FolderListing {
    private static final int LONGEST = 32;
    private static final int RECORD = 48;
    private static final int TIME = 40;
    private static final int SIZE = 36;

    /** A mapping holds less than 2 GB. */
    private static final int MAPPED = 1 << 25;

    private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}|[0-9a-f]{64}");
    private static final int MAX_FAULTS = 1000;

    private final List<MappedByteBuffer> records = new ArrayList<>();
    private final List<DamagedException> faults = new ArrayList<>();
    private long count;
    private long bytes;

    private FolderListing() {}

    /** Whether an object of this name may be an item. */
    static boolean isItem(String name) {
        return NAME.matcher(name).matches();
    }

    /**
     * @param folder with a slash at its end
     * @param temporary a folder for 48 bytes an item
     */
    static FolderListing of(ObjectStore objects, String folder, Path temporary) {
        try {
            Files.createDirectories(temporary);
            Path file = Files.createTempFile(temporary, "lockstep-listing-", null);
            try {
                FolderListing listing = new FolderListing();
                listing.write(objects, folder, file);
                listing.map(file);
                return listing;
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw LineFile.failure("write", temporary, e);
        }
    }

    private void write(ObjectStore objects, String folder, Path file) throws IOException {
        byte[][] last = {new byte[LONGEST]};
        try (DataOutputStream out =
                        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16));
                var entries = objects.list(folder)) {
            var all = entries.iterator();
            while (all.hasNext()) {
                Entry entry = all.next();
                String name = entry.key().substring(folder.length());
                if (isItem(name)) {
                    byte[] record = record(name, entry);
                    requireSorted(last[0], record, objects.name() + "/" + folder);
                    last[0] = record;
                    out.write(record);
                    count++;
                    bytes += entry.size();
                } else if (faults.size() < MAX_FAULTS) {
                    faults.add(new DamagedException(
                            objects.name() + "/" + entry.key(), "it is no item: its name is no hash of a key"));
                }
            }
        }
    }

    private static byte[] record(String name, Entry entry) {
        byte[] hash = HexFormat.of().parseHex(name);
        return ByteBuffer.allocate(RECORD)
                .put(hash)
                .position(LONGEST)
                .putInt(hash.length)
                .putInt((int) Math.min(Integer.MAX_VALUE, entry.size()))
                .putLong(entry.lastModified().getEpochSecond())
                .array();
    }

    private static void requireSorted(byte[] before, byte[] record, String folder) {
        if (Arrays.compareUnsigned(before, 0, LONGEST, record, 0, LONGEST) > 0) {
            throw new IllegalStateException("the listing of " + folder + " is not in the order of its keys");
        }
    }

    private void map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            for (long from = 0; from < count; from += MAPPED) {
                long length = Math.min(MAPPED, count - from) * RECORD;
                records.add(channel.map(MapMode.READ_ONLY, from * RECORD, length));
            }
        }
    }

    long count() {
        return count;
    }

    /** Of all objects. */
    long bytes() {
        return bytes;
    }

    /** Objects that are no items. */
    List<DamagedException> faults() {
        return faults;
    }

    private MappedByteBuffer mapping(long index) {
        return records.get((int) (index / MAPPED));
    }

    private static int place(long index) {
        return (int) (index % MAPPED) * RECORD;
    }

    String name(long index) {
        byte[] name = new byte[mapping(index).getInt(place(index) + LONGEST)];
        mapping(index).get(place(index), name);
        return HexFormat.of().formatHex(name);
    }

    long size(long index) {
        return mapping(index).getInt(place(index) + SIZE);
    }

    /** In seconds. */
    long lastModified(long index) {
        return mapping(index).getLong(place(index) + TIME);
    }

    /** When the object of this name was modified; empty where there is none. */
    OptionalLong lastModified(String name) {
        return find(name).map(index -> OptionalLong.of(lastModified(index))).orElse(OptionalLong.empty());
    }

    private Optional<Long> find(String name) {
        byte[] hash = HexFormat.of().parseHex(name);
        byte[] wanted = Arrays.copyOf(hash, LONGEST);
        byte[] there = new byte[LONGEST];
        long low = 0;
        long high = count - 1;
        while (low <= high) {
            long middle = (low + high) >>> 1;
            mapping(middle).get(place(middle), there);
            int order = Arrays.compareUnsigned(there, wanted);
            if (order == 0) {
                return Optional.of(middle);
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Optional.empty();
    }
}
