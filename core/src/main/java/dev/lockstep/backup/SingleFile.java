package dev.lockstep.backup;

import dev.lockstep.objects.ObjectReader;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.table.TableDocument;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * One object of items, gzip or plain; its first line tells of what form: a snapshot, a file of {@code dyno export} (whose
 * first line describes the table), or a single file of a backup.
 */
final class SingleFile {
    private SingleFile() {}

    /** Empty where there is no such object. */
    static Optional<Source> open(ObjectStore objects, String key) {
        try (ObjectReader reader = objects.open(key, null).orElse(null)) {
            if (reader == null) {
                return Optional.empty();
            }
            String name = objects.name() + "/" + key;
            String first = BackupLines.first(name, reader).orElse("");
            return Optional.of(source(objects, key, reader.size(), form(name, first)));
        }
    }

    private record Form(String name, FilePart.Lines lines, Optional<TableDocument> table) {
        static Form of(String name, LineFormat format) {
            return new Form(name, FilePart.Lines.of(format), Optional.empty());
        }
    }

    private static Source source(ObjectStore objects, String key, long bytes, Form form) {
        FilePart part = new FilePart(objects, key, bytes, Known.NOTHING, form.lines());
        return FileSource.of(part.name(), form.name(), form.table(), List.of(part), List.of());
    }

    private static Form form(String name, String line) {
        if (line.startsWith("$ion_1_0")) {
            return Form.of("a file of items (Ion)", IonLine.WRAPPED);
        }
        Optional<JsonNode> json = json(line);
        if (json.isEmpty()) {
            return Form.of("a file of items", JsonLine.BARE);
        }
        if (json.get().has("Keys") && json.get().has("Metadata")) {
            throw new DamagedException(name, "a file of an incremental export: name the export, not the file");
        }
        return table(json.get(), line).orElseGet(() -> items(json.get()));
    }

    private static Optional<JsonNode> json(String line) {
        try {
            return Optional.of(ItemJson.parse(line)).filter(JsonNode::isObject);
        } catch (MalformedItemException e) {
            return Optional.empty();
        }
    }

    /** No item looks like this: a text without a type. */
    private static Optional<Form> table(JsonNode json, String line) {
        boolean described = json.path("TableName").isString()
                || json.path("Table").path("TableName").isString();
        if (!described) {
            return Optional.empty();
        }
        Optional<TableDocument> table = Optional.empty();
        try {
            table = Optional.of(TableDocument.parse(line));
        } catch (MalformedItemException e) {
            // Its items can be read nevertheless.
        }
        return Optional.of(new Form("a file of dyno export", new FilePart.Lines(JsonLine.BARE, 1, false), table));
    }

    private static Form items(JsonNode json) {
        if (LowerCaseTypes.isIn(json)) {
            return Form.of("a file of items (Data Pipeline)", JsonLine.LOWER_CASE);
        }
        boolean wrapped = json.size() == 1 && isItem(json.path("Item"));
        return wrapped
                ? Form.of("a file of items (DYNAMODB_JSON)", JsonLine.WRAPPED)
                : Form.of("a snapshot, or another file of items", JsonLine.BARE);
    }

    private static boolean isItem(JsonNode json) {
        try {
            return json.isObject() && !ItemJson.read(json).isEmpty();
        } catch (MalformedItemException e) {
            return false;
        }
    }
}
