package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.objects.Digest;
import dev.lockstep.objects.MemoryObjects;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.KeySchema;
import dev.lockstep.work.Pool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** A bucket in memory with files of other tools' making, and ways to damage them. */
final class TestBucket implements AutoCloseable {
    final MemoryObjects objects = new MemoryObjects("bucket");
    private final Pool calls = Pool.of("objects", 8);
    private final Path temporary;

    TestBucket(Path temporary) {
        this.temporary = temporary;
    }

    static byte[] gzip(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] gzip(String... lines) {
        return gzip(text(lines));
    }

    /** Each line with its line feed. */
    static byte[] text(String... lines) {
        return lines.length == 0 ? new byte[0] : (String.join("\n", lines) + "\n").getBytes(UTF_8);
    }

    static byte[] flipped(byte[] content, int at) {
        byte[] other = content.clone();
        other[at] ^= 1;
        return other;
    }

    static String md5(byte[] content) {
        return Base64.getEncoder().encodeToString(Digest.MD5.of(content));
    }

    byte[] put(String key, byte[] content) {
        objects.put(key, content, Options.REPLACE);
        return content;
    }

    void put(String key, String content) {
        put(key, content.getBytes(UTF_8));
    }

    byte[] get(String key) {
        return objects.get(key).orElseThrow().content();
    }

    void flip(String key, int at) {
        put(key, flipped(get(key), at));
    }

    void truncate(String key, int by) {
        byte[] content = get(key);
        put(key, Arrays.copyOf(content, content.length - by));
    }

    void replace(String key, String text, String by) {
        put(key, new String(get(key), UTF_8).replace(text, by));
    }

    Sources.Opened open(String key, KeySchema... keys) {
        return Sources.open(
                objects, key, new Sources.Settings(Arrays.stream(keys).findFirst(), temporary, calls));
    }

    BackupCheck.Result check(String key, KeySchema... keys) {
        try {
            Sources.Opened opened = open(key, keys);
            return BackupCheck.run(opened.source(), opened.keys(), new ReadSettings(2, temporary), Progress.NONE);
        } catch (DamagedException e) {
            return new BackupCheck.Result(0, 0, 0, List.of(e));
        }
    }

    /** Of each fault the file, without the bucket, and the problem. */
    List<String> faults(String key, KeySchema... keys) {
        return check(key, keys).faults().stream()
                .map(fault -> fault.subject().replace("s3://bucket/", "") + ": " + fault.problem())
                .toList();
    }

    /** All items, in any order; every file proved. */
    List<Item> items(String key, KeySchema... keys) {
        return items(open(key, keys).source());
    }

    static List<Item> items(Source source) {
        if (!source.faults().isEmpty()) {
            throw source.faults().get(0);
        }
        return states(source).stream()
                .map(ItemState::image)
                .map(Optional::ofNullable)
                .flatMap(Optional::stream)
                .toList();
    }

    static List<ItemState> states(Source source) {
        List<ItemState> states = Collections.synchronizedList(new ArrayList<>());
        source.layers().stream().flatMap(layer -> layer.parts().stream()).forEach(part -> part.read(states::add));
        return states;
    }

    @Override
    public void close() {
        calls.close();
    }
}
