package dev.lockstep.verify;

import dev.lockstep.LockstepException;
import dev.lockstep.files.LineFile;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.table.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A repair journal in a file, one for each run and replica, all in one folder.
 *
 * <pre>
 * {"lockstep":"repair-journal","version":1,"primary":"us-east-1/orders","primaryId":"…","replica":"…","replicaId":"…"}
 * {"note":{"id":{"S":"abc"}}}      durable before the first write to this key
 * {"strike":{"id":{"S":"abc"}}}    both tables agreed on it
 * </pre>
 *
 * The file is deleted when nothing is left in it. Thread-safe.
 */
final class JournalFile implements RepairJournal, AutoCloseable {
    private static final String KIND = "repair-journal";
    private static final int VERSION = 1;

    /** When nothing is pending, a file that has grown beyond this is cut back to its header. */
    private static final long MAX_BYTES = 1 << 20;

    private final LineFile file;
    private final Set<Key> pending;
    private final long headerBytes;

    private JournalFile(LineFile file, Set<Key> pending, long headerBytes) {
        this.file = file;
        this.pending = pending;
        this.headerBytes = headerBytes;
    }

    static JournalFile create(Path folder, Table primary, Table replica) {
        LineFile file =
                LineFile.open(folder.resolve(UUID.randomUUID() + ".journal")).orElseThrow();
        file.append(List.of(header(primary, replica).toString()), true);
        return new JournalFile(file, new LinkedHashSet<>(), file.size());
    }

    private static ObjectNode header(Table primary, Table replica) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("lockstep", KIND)
                .put("version", VERSION)
                .put("primary", primary.name())
                .put("primaryId", primary.id())
                .put("replica", replica.name())
                .put("replicaId", replica.id());
    }

    /** The journals that earlier runs on the same two tables left behind and that no running process holds. */
    static List<JournalFile> leftBehind(Path folder, Table primary, Table replica) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<JournalFile> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path path : files.filter(p -> p.toString().endsWith(".journal"))
                    .sorted()
                    .toList()) {
                adopt(path, primary, replica).ifPresent(found::add);
            }
        } catch (IOException e) {
            throw LineFile.failure("list", folder, e);
        }
        return found;
    }

    private static Optional<JournalFile> adopt(Path path, Table primary, Table replica) throws IOException {
        Optional<LineFile> file = LineFile.open(path);
        Optional<JournalFile> adopted = Optional.empty();
        try {
            if (file.isPresent()) {
                adopted = pending(path, primary, replica)
                        .map(keys ->
                                new JournalFile(file.get(), keys, file.get().size()));
            }
            return adopted;
        } finally {
            if (file.isPresent() && adopted.isEmpty()) {
                file.get().close();
            }
        }
    }

    /** Empty where the journal is of other tables. */
    private static Optional<Set<Key>> pending(Path path, Table primary, Table replica) throws IOException {
        Set<Key> pending = new LinkedHashSet<>();
        try (Stream<String> lines = Files.lines(path, StandardCharsets.UTF_8)) {
            boolean first = true;
            for (String line : (Iterable<String>) lines::iterator) {
                JsonNode node = ItemJson.parse(line);
                if (first && !of(path, node, primary, replica)) {
                    return Optional.empty();
                }
                if (!first && node.has("note")) {
                    pending.add(replica.keys().keyOf(ItemJson.read(node.required("note"))));
                } else if (!first) {
                    pending.remove(replica.keys().keyOf(ItemJson.read(node.required("strike"))));
                }
                first = false;
            }
        } catch (MalformedItemException | IllegalArgumentException e) {
            throw new LockstepException(
                    "read",
                    "journal " + path,
                    "damaged: " + e.getMessage(),
                    "It holds keys that an interrupted repair may have left half-done. Run diff without --repair, then"
                            + " move the file away");
        }
        return Optional.of(pending);
    }

    private static boolean of(Path path, JsonNode header, Table primary, Table replica) {
        if (!KIND.equals(header.path("lockstep").asString(""))) {
            throw new LockstepException("read", "journal " + path, "not a repair journal", "Move the file away");
        }
        if (header.path("version").asInt(0) > VERSION) {
            throw new LockstepException(
                    "read", "journal " + path, "written by a newer version of Lockstep", "Use that version");
        }
        return primary.id().equals(header.path("primaryId").asString(""))
                && replica.id().equals(header.path("replicaId").asString(""));
    }

    synchronized List<Key> pending() {
        return List.copyOf(pending);
    }

    Path path() {
        return file.path();
    }

    @Override
    public synchronized void note(Collection<Key> keys) {
        List<Key> added = keys.stream().filter(pending::add).toList();
        file.append(added.stream().map(key -> line("note", key)).toList(), true);
    }

    @Override
    public synchronized void strike(Collection<Key> keys) {
        List<Key> struck = keys.stream().filter(pending::remove).toList();
        file.append(struck.stream().map(key -> line("strike", key)).toList(), false);
        if (pending.isEmpty() && file.size() > headerBytes + MAX_BYTES) {
            file.truncate(headerBytes);
        }
    }

    private static String line(String what, Key key) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.set(what, ItemJson.node(key.attributes()));
        return line.toString();
    }

    /** Deletes the file if nothing is pending, else leaves it for the next run. */
    @Override
    public synchronized void close() {
        if (pending.isEmpty()) {
            file.delete();
        } else {
            file.close();
        }
    }
}
