package dev.lockstep.backup;

import dev.lockstep.files.LineFile;
import dev.lockstep.objects.Digest;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds what comes twice, for any number of things in little heap: their half hashes are put into one of 256 temporary
 * files, which are then looked through one after the other. Thread-safe.
 */
final class Duplicates implements AutoCloseable {
    private static final int FILES = 256;
    private static final int HASH = 16;
    private static final int RECORD = HASH + Integer.BYTES;
    private static final int BUFFER = 4096;

    private final Path folder;
    private final @Nullable DataOutputStream[] outs = new DataOutputStream[FILES];

    /** @param temporary a folder to make a temporary folder in; 20 bytes a thing */
    Duplicates(Path temporary) {
        try {
            Files.createDirectories(temporary);
            this.folder = Files.createTempDirectory(temporary, "lockstep-check-");
        } catch (IOException e) {
            throw LineFile.failure("create", temporary, e);
        }
    }

    /** @param place where it is: the number of the file */
    void add(byte[] thing, int place) {
        byte[] record = Arrays.copyOf(Digest.SHA256.of(thing), RECORD);
        ByteBuffer.wrap(record).putInt(HASH, place);
        int file = record[0] & 0xff;
        synchronized (outs) {
            try {
                DataOutputStream out = outs[file];
                if (out == null) {
                    out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(path(file)), BUFFER));
                    outs[file] = out;
                }
                out.write(record);
            } catch (IOException e) {
                throw LineFile.failure("write", folder, e);
            }
        }
    }

    private Path path(int file) {
        return folder.resolve(Integer.toHexString(file));
    }

    /** How many things in each file are there already, in the same or in one before, whatever the order they came in. */
    Map<Integer, Long> found() {
        Map<Integer, Long> found = new TreeMap<>();
        synchronized (outs) {
            try {
                for (int file = 0; file < FILES; file++) {
                    DataOutputStream out = outs[file];
                    if (out != null) {
                        out.close();
                        found(Files.readAllBytes(path(file)), found);
                    }
                }
            } catch (IOException e) {
                throw LineFile.failure("read", folder, e);
            }
        }
        return found;
    }

    private static void found(byte[] records, Map<Integer, Long> found) {
        Map<ByteBuffer, Integer> first = new HashMap<>();
        for (int at = 0; at < records.length; at += RECORD) {
            ByteBuffer hash = ByteBuffer.wrap(records, at, HASH);
            int place = ByteBuffer.wrap(records).getInt(at + HASH);
            Integer other = first.get(hash);
            if (other != null) {
                found.merge(Math.max(place, other), 1L, Long::sum);
            }
            first.put(hash, other == null ? place : Math.min(place, other));
        }
    }

    @Override
    public void close() {
        synchronized (outs) {
            List<Path> left = new ArrayList<>();
            try {
                for (int file = 0; file < FILES; file++) {
                    DataOutputStream out = outs[file];
                    if (out != null) {
                        out.close();
                        left.add(path(file));
                    }
                }
                for (Path path : left) {
                    Files.deleteIfExists(path);
                }
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                throw LineFile.failure("delete", folder, e);
            }
        }
    }
}
