package dev.lockstep.verify;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.files.LineFile;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a repair replaced, so that {@link Undo} can put it back.
 *
 * <pre>
 * {"lockstep":"undo-log","version":1}
 * {"id":"5f0c-0","table":"eu-west-1/orders","tableId":"…","key":{…},"before":{…}|null,"after":{…}|null}   durable before the write
 * {"id":"5f0c-0","applied":true}                                                                        after its answer
 * </pre>
 *
 * Items are DynamoDB JSON, null where there is none. A change without an outcome was cut off by a crash: it may have been
 * written. Several runs may append to one file. Thread-safe.
 */
public final class UndoLog implements AutoCloseable {
    static final String HEADER = "{\"lockstep\":\"undo-log\",\"version\":1}";
    /** Keeps nothing. */
    public static final UndoLog NONE = new UndoLog(null);

    private final @Nullable LineFile file;
    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final AtomicLong number = new AtomicLong();

    private UndoLog(@Nullable LineFile file) {
        this.file = file;
    }

    /** One item as it was before a write and as the write makes it; null where there is none. */
    record Change(Key key, @Nullable Item before, @Nullable Item after) {}

    /** Opens the file, or begins it. */
    public static UndoLog open(Path path) {
        LineFile file = LineFile.open(path)
                .orElseThrow(() -> new InvalidSettingsException(
                        "open", "undo log " + path, "another run is writing to it", "Name another file"));
        if (file.size() == 0) {
            file.append(List.of(HEADER), true);
        }
        return new UndoLog(file);
    }

    /** Notes changes that are about to be tried; they are durable when this returns. */
    List<String> intend(Table table, List<Change> changes) {
        if (file == null) {
            return List.of();
        }
        List<String> ids = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (Change change : changes) {
            String id = run + "-" + number.getAndIncrement();
            ids.add(id);
            lines.add(line(id, table, change).toString());
        }
        file.append(lines, true);
        return ids;
    }

    private static ObjectNode line(String id, Table table, Change change) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("id", id).put("table", table.name()).put("tableId", table.id());
        line.set("key", ItemJson.node(change.key().attributes()));
        line.set("before", itemOrNull(change.before()));
        line.set("after", itemOrNull(change.after()));
        return line;
    }

    private static @Nullable ObjectNode itemOrNull(@Nullable Item item) {
        return item == null ? null : ItemJson.node(item.attributes());
    }

    /** Notes what came of the changes that {@link #intend} gave these ids. */
    void outcome(List<String> ids, List<Boolean> applied) {
        if (file == null) {
            return;
        }
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            lines.add(JsonNodeFactory.instance
                    .objectNode()
                    .put("id", ids.get(i))
                    .put("applied", applied.get(i))
                    .toString());
        }
        file.append(lines, false);
    }

    @Override
    public void close() {
        if (file != null) {
            file.close();
        }
    }
}
