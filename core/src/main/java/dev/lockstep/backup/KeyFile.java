package dev.lockstep.backup;

import dev.lockstep.files.LineFile;
import dev.lockstep.objects.Digest;
import dev.lockstep.table.Key;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The greatest rank given for each key, for any number of keys in little heap: kept in temporary files.
 *
 * <pre>
 * 16 bytes  the first half of the SHA-256 of the key
 * 19 bytes  rank: an unsigned number, greater is newer
 *  1 byte   whether somebody has {@link #take taken} it
 * </pre>
 *
 * Records are put into one of 256 files by their first byte, as they come. {@link #seal} sorts each file and leaves one
 * record a key; then they are found by binary search in mapped memory. Two keys with the same half hash would be taken for
 * one: at a billion keys the odds are 1 in 10²⁰. Thread-safe.
 */
public final class KeyFile implements AutoCloseable {
    public static final int RANK = 19;

    private static final int FILES = 256;
    private static final int HASH = 16;
    private static final int TAKEN = HASH + RANK;
    private static final int RECORD = TAKEN + 1;
    private static final int BUFFER = 4096;

    private final Path folder;
    private final Shelf[] shelves = new Shelf[FILES];

    /** @param temporary a folder to make a temporary folder in; about 36 bytes a key */
    public KeyFile(Path temporary) {
        try {
            Files.createDirectories(temporary);
            this.folder = Files.createTempDirectory(temporary, "lockstep-keys-");
        } catch (IOException e) {
            throw LineFile.failure("create", temporary, e);
        }
        Arrays.setAll(shelves, i -> new Shelf(folder.resolve(Integer.toHexString(i))));
    }

    private static byte[] hash(Key key) {
        return Arrays.copyOf(Digest.SHA256.of(key.canonical()), HASH);
    }

    private Shelf shelf(byte[] hash) {
        return shelves[hash[0] & 0xff];
    }

    /** @param rank of {@link #RANK} bytes */
    public void add(Key key, byte[] rank) {
        byte[] record = record(key, rank);
        shelf(record).add(record);
    }

    /** What {@link #add(Key, byte[])} keeps of a key: to be kept elsewhere too. */
    public static byte[] record(Key key, byte[] rank) {
        byte[] record = Arrays.copyOf(hash(key), RECORD);
        System.arraycopy(rank, 0, record, HASH, RANK);
        return record;
    }

    /** Adds any number of such records, one after the other. */
    public void add(byte[] records) {
        for (int from = 0; from + RECORD <= records.length; from += RECORD) {
            byte[] record = Arrays.copyOfRange(records, from, from + RECORD);
            shelf(record).add(record);
        }
    }

    /** Of all keys and their ranks, in lower-case hex; once sealed, and before any is taken. */
    String fingerprint() {
        MessageDigest sha256 = Digest.SHA256.begin();
        for (Shelf shelf : shelves) {
            shelf.digest(sha256);
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    /** No more keys will come. */
    public void seal() {
        for (Shelf shelf : shelves) {
            shelf.seal();
        }
    }

    /** How many keys there are; once sealed. */
    long size() {
        return Stream.of(shelves).mapToLong(Shelf::size).sum();
    }

    /** Whether the key was added with any rank; once sealed. */
    public boolean contains(Key key) {
        byte[] hash = hash(key);
        return shelf(hash).find(hash) >= 0;
    }

    /** Whether this is the greatest rank of the key, and nobody has taken the key before; once sealed. */
    public boolean take(Key key, byte[] rank) {
        byte[] hash = hash(key);
        return shelf(hash).take(hash, rank);
    }

    /** Begins to take anew. */
    void giveBack() {
        for (Shelf shelf : shelves) {
            shelf.giveBack();
        }
    }

    @Override
    public void close() {
        try {
            for (Shelf shelf : shelves) {
                shelf.close();
            }
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            throw LineFile.failure("delete", folder, e);
        }
    }

    /** The keys whose hashes begin with the same byte. */
    private static final class Shelf {
        private final Path path;
        private @Nullable OutputStream out;
        private @Nullable MappedByteBuffer sorted;

        Shelf(Path path) {
            this.path = path;
        }

        synchronized void add(byte[] record) {
            try {
                if (out == null) {
                    out = new BufferedOutputStream(Files.newOutputStream(path), BUFFER);
                }
                out.write(record);
            } catch (IOException e) {
                throw LineFile.failure("write", path, e);
            }
        }

        synchronized void seal() {
            if (out == null) {
                return;
            }
            try {
                out.close();
                byte[] records = greatest(Files.readAllBytes(path));
                Files.write(path, records);
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    sorted = channel.map(MapMode.READ_WRITE, 0, records.length);
                }
            } catch (IOException e) {
                throw LineFile.failure("write", path, e);
            }
        }

        /** Sorted, one record a key: that with the greatest rank. */
        private static byte[] greatest(byte[] records) {
            byte[][] rows = new byte[records.length / RECORD][];
            Arrays.setAll(rows, i -> Arrays.copyOfRange(records, i * RECORD, (i + 1) * RECORD));
            Arrays.sort(
                    rows,
                    Comparator.comparing((byte[] row) -> row, Arrays::compareUnsigned)
                            .reversed());
            int kept = 0;
            for (byte[] row : rows) {
                if (kept == 0 || !Arrays.equals(row, 0, HASH, rows[kept - 1], 0, HASH)) {
                    rows[kept++] = row;
                }
            }
            byte[] result = new byte[kept * RECORD];
            for (int i = 0; i < kept; i++) {
                System.arraycopy(rows[i], 0, result, i * RECORD, RECORD);
            }
            return result;
        }

        synchronized long size() {
            return sorted == null ? 0 : sorted.capacity() / RECORD;
        }

        /** Where the record begins; negative where there is none. The records are in descending order. */
        synchronized int find(byte[] hash) {
            if (sorted == null) {
                return -1;
            }
            byte[] there = new byte[HASH];
            int low = 0;
            int high = sorted.capacity() / RECORD - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                sorted.get(middle * RECORD, there);
                int order = Arrays.compareUnsigned(there, hash);
                if (order == 0) {
                    return middle * RECORD;
                }
                if (order > 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return -1;
        }

        synchronized boolean take(byte[] hash, byte[] rank) {
            int at = find(hash);
            if (at < 0 || sorted == null || sorted.get(at + TAKEN) != 0) {
                return false;
            }
            byte[] there = new byte[RANK];
            sorted.get(at + HASH, there);
            if (!Arrays.equals(there, rank)) {
                return false;
            }
            sorted.put(at + TAKEN, (byte) 1);
            return true;
        }

        synchronized void giveBack() {
            for (int i = 0; sorted != null && i < sorted.capacity(); i += RECORD) {
                sorted.put(i + TAKEN, (byte) 0);
            }
        }

        synchronized void digest(MessageDigest digest) {
            if (sorted != null) {
                digest.update(sorted.duplicate().clear());
            }
        }

        synchronized void close() throws IOException {
            if (out != null) {
                out.close();
            }
            sorted = null;
            Files.deleteIfExists(path);
        }
    }
}
