package dev.lockstep.backup;

import dev.lockstep.backup.LogTip.Subject;
import dev.lockstep.objects.Digest;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file of a change log: gzip, a header line, then a line a record. What is written depends on the records alone, so that
 * writing it again gives the same.
 *
 * <pre>{@code
 * {"lockstepChanges":1,"table":arn,"tableId":"…","stream":arn,"shard":"…","after":"…"|null,"first":"…","last":"…",
 *  "count":n,"sha256":"…","keys":[["id","S"],…]}
 * }</pre>
 *
 * <p>{@code sha256} is of all that follows the header's line feed. {@code after} is null where the file begins the shard or
 * the log of it.
 */
final class LogFile {
    /** A 400 KB item of the kind that grows most in JSON has 4 MB. */
    private static final int MAX_LINE = 16 << 20;

    private LogFile() {}

    static LogFileName name(String after, List<LogEntry> entries) {
        return new LogFileName(
                entries.get(0).sequence(), entries.get(entries.size() - 1).sequence(), after);
    }

    /** The file, not yet compressed. */
    static byte[] plain(Subject subject, KeySchema keys, String shard, LogFileName name, List<LogEntry> entries) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        entries.forEach(entry -> line(lines, entry.line()));
        byte[] body = lines.toByteArray();
        ObjectNode header = JsonNodeFactory.instance.objectNode();
        header.put("lockstepChanges", 1)
                .put("table", subject.table())
                .put("tableId", subject.tableId())
                .put("stream", subject.stream())
                .put("shard", shard)
                .put("after", name.beginsAnew() ? null : LogFileName.plain(name.after()))
                .put("first", LogFileName.plain(name.first()))
                .put("last", LogFileName.plain(name.last()))
                .put("count", entries.size())
                .put("sha256", Digest.SHA256.hexOf(body));
        ArrayNode schema = header.putArray("keys");
        for (KeyAttribute key : keys.attributes()) {
            schema.addArray().add(key.name()).add(key.type().toString());
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        line(file, header.toString());
        file.writeBytes(body);
        return file.toByteArray();
    }

    private static void line(ByteArrayOutputStream to, String text) {
        to.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        to.write('\n');
    }

    static byte[] compressed(byte[] plain) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(file)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    /** Whether a stored file holds just this; how it was compressed does not matter. */
    static boolean holds(byte[] stored, byte[] plain) {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(stored))) {
            return java.util.Arrays.equals(in.readNBytes(plain.length + 1), plain);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Reads a file, and proves it on the way; entries that were handed on before a failure must not be used.
     *
     * @param where its whole name, for people
     * @throws DamagedException where it is not what its name and header say
     */
    static void read(String where, String shard, LogFileName name, byte[] stored, Consumer<LogEntry> entries) {
        try (InputStream in = new BufferedInputStream(new GZIPInputStream(new ByteArrayInputStream(stored)))) {
            Lines lines = new Lines(in);
            JsonNode header =
                    ItemJson.parse(lines.next().orElseThrow(() -> new DamagedException(where, "it is empty")));
            requireHeader(where, shard, name, header);
            lines.digest();
            long count = 0;
            String before = "";
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                LogEntry entry = LogEntry.read(line.get());
                if (entry.sequence().compareTo(before) <= 0) {
                    throw new DamagedException(where, "its records are not in order at line " + (count + 2));
                }
                if (count == 0 && !entry.sequence().equals(name.first())) {
                    throw new DamagedException(where, "its first record is not the one that it is named for");
                }
                before = entry.sequence();
                count++;
                entries.accept(entry);
            }
            if (!before.equals(name.last()) || count != header.path("count").asLong(-1)) {
                throw new DamagedException(where, "it does not hold the records that it is named for");
            }
            if (!lines.sha256().equals(header.path("sha256").asString(""))) {
                throw new DamagedException(where, "its content does not have the SHA-256 that its header tells");
            }
        } catch (MalformedItemException e) {
            throw new DamagedException(where, String.valueOf(e.getMessage()));
        } catch (CharacterCodingException e) {
            throw new DamagedException(where, "it is not UTF-8", e);
        } catch (IOException e) {
            throw new DamagedException(where, "its gzip is damaged: " + e.getMessage(), e);
        }
    }

    private static void requireHeader(String where, String shard, LogFileName name, JsonNode header) {
        if (header.path("lockstepChanges").asInt(0) != 1) {
            throw new DamagedException(where, "it is not a file of a change log, or a newer one");
        }
        JsonNode after = header.path("after");
        boolean same = header.path("shard").asString("").equals(shard)
                && padded(header, "first").equals(name.first())
                && padded(header, "last").equals(name.last())
                && (after.isNull() ? name.beginsAnew() : padded(header, "after").equals(name.after()));
        if (!same) {
            throw new DamagedException(where, "its header does not say what its name says");
        }
    }

    private static String padded(JsonNode header, String name) {
        return LogFileName.padded(header.path(name).asString(""));
    }

    /** The lines of a stream, each ended by a line feed; counts their digest from where that is asked for. */
    private static final class Lines {
        private final InputStream in;
        private java.security.MessageDigest digest = Digest.SHA256.begin();

        Lines(InputStream in) {
            this.in = in;
        }

        void digest() {
            digest = Digest.SHA256.begin();
        }

        String sha256() {
            return HexFormat.of().formatHex(digest.digest());
        }

        Optional<String> next() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    if (line.size() > 0) {
                        throw new IOException("its last line is cut off");
                    }
                    return Optional.empty();
                }
                if (line.size() >= MAX_LINE) {
                    throw new IOException(
                            "a line is longer than the " + (MAX_LINE >> 20) + " MB that an item can have");
                }
                line.write(c);
            }
            byte[] bytes = line.toByteArray();
            digest.update(bytes);
            digest.update((byte) '\n');
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        }
    }
}
