package dev.lockstep.local.streams;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * A range of partition key hashes, both ends included. The ranges of the open shards cover all hashes once, so every key has one shard.
 */
record HashRange(long from, long to) {
    private static final long MAX = 0xffffffffL;

    /** All hashes in that many ranges. */
    static List<HashRange> split(int parts) {
        List<HashRange> ranges = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            ranges.add(new HashRange((MAX + 1) * i / parts, (MAX + 1) * (i + 1) / parts - 1));
        }
        return ranges;
    }

    /** Both halves. */
    List<HashRange> halves() {
        if (from == to) {
            throw new IllegalStateException("one hash cannot be split");
        }
        long middle = (from + to) / 2;
        return List.of(new HashRange(from, middle), new HashRange(middle + 1, to));
    }

    boolean contains(long hash) {
        return from <= hash && hash <= to;
    }

    static long hash(String text) {
        byte[] md5 = md5(text);
        return (md5[0] & 0xffL) << 24 | (md5[1] & 0xffL) << 16 | (md5[2] & 0xffL) << 8 | (md5[3] & 0xffL);
    }

    static byte[] md5(String text) {
        try {
            return MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }
}
