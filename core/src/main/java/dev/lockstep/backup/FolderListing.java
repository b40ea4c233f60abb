package dev.lockstep.backup;

import dev.lockstep.objects.ObjectStore.Entry;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
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
    static final long MAPPED = (1L << 25) * RECORD;

    private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}|[0-9a-f]{64}");

    /** By the number of their first object. */
    private final NavigableMap<Long, MappedByteBuffer> mappings = new TreeMap<>();

    private final List<DamagedException> faults = new ArrayList<>();
    private long count;
    private long bytes;

    /** Whether an object of this name may be an item. */
    static boolean isItem(String name) {
        return NAME.matcher(name).matches();
    }

    /** Adds what comes after all that is in it. */
    void add(Stretch stretch) {
        stretch.records().forEach(mapping -> {
            mappings.put(count, mapping);
            count += mapping.capacity() / RECORD;
        });
        bytes += stretch.bytes();
        faults.addAll(stretch.faults());
    }

    /** @param records each no larger than {@link #MAPPED} */
    record Stretch(List<MappedByteBuffer> records, long bytes, List<DamagedException> faults) {}

    /** What is in the file of the object. */
    static byte[] record(String name, Entry entry) {
        byte[] hash = HexFormat.of().parseHex(name);
        return ByteBuffer.allocate(RECORD)
                .put(hash)
                .position(LONGEST)
                .putInt(hash.length)
                .putInt((int) Math.min(Integer.MAX_VALUE, entry.size()))
                .putLong(entry.lastModified().getEpochSecond())
                .array();
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

    private record Place(MappedByteBuffer in, int at) {}

    private Place place(long index) {
        Map.Entry<Long, MappedByteBuffer> mapping = mappings.floorEntry(index);
        return new Place(mapping.getValue(), (int) (index - mapping.getKey()) * RECORD);
    }

    String name(long index) {
        Place place = place(index);
        byte[] name = new byte[place.in().getInt(place.at() + LONGEST)];
        place.in().get(place.at(), name);
        return HexFormat.of().formatHex(name);
    }

    long size(long index) {
        Place place = place(index);
        return place.in().getInt(place.at() + SIZE);
    }

    /** In seconds. */
    long lastModified(long index) {
        Place place = place(index);
        return place.in().getLong(place.at() + TIME);
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
            Place place = place(middle);
            place.in().get(place.at(), there);
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
