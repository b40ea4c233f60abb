package dev.lockstep.replicate;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.Pause;
import dev.lockstep.files.LineFile;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Dead letters in a file, a line each, until they are told to be settled. Processes on one machine may share it.
 *
 * <pre>
 * {"lockstep":"dead-letters","version":1}
 * {"letter":"&lt;id&gt;","at":"…","shard":"…","sequence":"…","destination":"…"|"","error":"…","record":{…}}
 * {"settled":"&lt;id&gt;"}
 * </pre>
 *
 * The record is there whole, with its item values; only the owner may read the file. Thread-safe.
 */
public final class DeadLetterFile implements DeadLetters {
    static final String HEADER = "{\"lockstep\":\"dead-letters\",\"version\":1}";
    private static final int TRIES = 100;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Path path;

    /** @throws LockstepException where the file cannot be written, or is another program's */
    public DeadLetterFile(Path path) {
        this.path = path;
        requireOurs(path);
        park(List.of());
    }

    /** Opening it for letters cuts a torn line off: another program's file must not even be opened. */
    private static void requireOurs(Path path) {
        byte[] header = (HEADER + "\n").getBytes(StandardCharsets.UTF_8);
        try (InputStream in = Files.newInputStream(path)) {
            byte[] begin = in.readNBytes(header.length);
            if (!Arrays.equals(begin, Arrays.copyOf(header, begin.length))) {
                throw new InvalidSettingsException(
                        "write", path.toString(), "it is no file of dead letters", "Name another file, or none yet");
            }
        } catch (NoSuchFileException e) {
            // It will be made.
        } catch (IOException e) {
            throw LineFile.failure("read", path, e);
        }
    }

    @Override
    public void park(List<Letter> letters) {
        append(letters.stream().map(l -> line(l).toString()).toList());
    }

    /** One line for a letter, as files and objects hold it. */
    static ObjectNode line(Letter letter) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("letter", UUID.randomUUID().toString())
                .put("at", Instant.now().toString())
                .put("shard", letter.shard())
                .put("sequence", letter.record().sequence())
                .put("destination", letter.destination())
                .put("error", letter.error());
        try {
            line.set("record", ItemJson.parse(letter.record().json()));
        } catch (MalformedItemException e) {
            line.put("record", letter.record().json());
        }
        return line;
    }

    private void append(List<String> lines) {
        try (LineFile file = open()) {
            if (file.size() == 0) {
                file.append(List.of(HEADER), true);
            }
            file.append(lines, true);
        }
    }

    /** Another process that writes a letter is soon done. */
    private LineFile open() {
        for (int tries = 0; tries < TRIES; tries++) {
            Optional<LineFile> file = LineFile.open(path);
            if (file.isPresent()) {
                return file.get();
            }
            Pause.of(PAUSE, "write", path.toString());
        }
        throw new LockstepException("write", path.toString(), "another process keeps it open", "", true, null);
    }

    /** A letter that is to be tried again: the key of its item, where the record tells it. */
    public record Open(String id, String destination, Optional<Key> key, String error) {}

    /** The letters that are not settled, in the order in which they were parked. */
    public static List<Open> open(Path path, KeySchema keys) {
        Map<String, Open> letters = new LinkedHashMap<>();
        try (Stream<String> lines = whole(path)) {
            boolean first = true;
            for (String text : (Iterable<String>) lines::iterator) {
                JsonNode line = ItemJson.parse(text);
                if (first && !"dead-letters".equals(line.path("lockstep").asString(""))) {
                    throw new InvalidSettingsException("read", path.toString(), "it is no file of dead letters", "");
                }
                first = false;
                letters.remove(line.path("settled").asString(""));
                String id = line.path("letter").asString("");
                if (!id.isEmpty()) {
                    letters.put(
                            id,
                            new Open(
                                    id,
                                    line.path("destination").asString(""),
                                    key(line.path("record"), keys),
                                    line.path("error").asString("")));
                }
            }
        } catch (NoSuchFileException e) {
            throw new InvalidSettingsException("read", path.toString(), "there is no such file", "");
        } catch (IOException e) {
            throw LineFile.failure("read", path, e);
        } catch (MalformedItemException e) {
            throw new InvalidSettingsException(
                    "read", path.toString(), "it is no file of dead letters: " + e.getMessage(), "");
        }
        return new ArrayList<>(letters.values());
    }

    /** The lines that count: what a crash cut off is none, and its record comes again. */
    private static Stream<String> whole(Path path) throws IOException {
        String text = Files.readString(path);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines();
    }

    /** The key as a record tells it; none where that is what is wrong with the record. */
    private static Optional<Key> key(JsonNode record, KeySchema keys) {
        try {
            return Optional.of(keys.keyOf(ItemJson.read(record.path("dynamodb").path("Keys"))));
        } catch (MalformedItemException | LockstepException e) {
            return Optional.empty();
        }
    }

    /** Marks letters as settled. */
    public void settled(Collection<Open> letters) {
        append(letters.stream()
                .map(l -> JsonNodeFactory.instance
                        .objectNode()
                        .put("settled", l.id())
                        .toString())
                .toList());
    }
}
