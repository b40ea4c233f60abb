package dev.lockstep.verify;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.files.LineFile;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Condition;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.Write;
import dev.lockstep.verify.UndoLog.Change;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.io.input.ReversedLinesFileReader;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Puts back what a repair replaced, the last change first, wherever the item still is as the repair left it. What was
 * changed since is left alone and counted as skipped; so a second run changes nothing more.
 */
public final class Undo {
    private final Path file;
    private final RetryingTable table;
    private final boolean dryRun;
    private final Progress progress;

    /**
     * @param read changes of this table in the log
     * @param written items put back
     * @param deleted items removed that the repair had added
     * @param skipped items that were changed since, or were never written
     * @param failed items that could not be put back because a condition on them would be too long
     */
    public record Result(long read, long written, long deleted, long skipped, long failed) {}

    /** @param dryRun count what would be put back, and write nothing */
    public Undo(Path file, Table table, boolean dryRun, RetryPolicy retry, Progress progress) {
        this.file = file;
        this.table = RetryingTable.over(table, retry, progress);
        this.dryRun = dryRun;
        this.progress = progress;
    }

    /**
     * @throws InvalidSettingsException where the file is no undo log, or holds nothing of this table; nothing was written
     * @throws LockstepException where a line of it is damaged, or the table failed for good
     */
    public Result run() {
        checkHeader();
        Run run = new Run();
        try (ReversedLinesFileReader lines = ReversedLinesFileReader.builder()
                .setPath(file)
                .setCharset(StandardCharsets.UTF_8)
                .get()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                run.line(line);
            }
        } catch (IOException e) {
            throw LineFile.failure("read", file, e);
        }
        run.flush();
        return run.result();
    }

    private void checkHeader() {
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            String header = reader.readLine();
            if (!UndoLog.HEADER.equals(header)) {
                throw new InvalidSettingsException(
                        "read", "undo log " + file, "not an undo log that this version knows", "");
            }
        } catch (IOException e) {
            throw new InvalidSettingsException(
                    "read", "undo log " + file, e.getClass().getSimpleName() + ": " + e.getMessage(), "Check the path");
        }
    }

    /** The way through the file, from its end. Used by one thread. */
    private final class Run {
        private final Map<Key, Change> batch = new LinkedHashMap<>();
        private final Set<String> notApplied = new HashSet<>();
        private boolean torn = true;
        private long read;
        private long written;
        private long deleted;
        private long skipped;
        private long failed;

        void line(String line) {
            try {
                JsonNode node = ItemJson.parse(line);
                torn = false;
                if (node.has("applied")) {
                    if (!node.required("applied").asBoolean()) {
                        notApplied.add(node.required("id").asString());
                    }
                } else if (node.has("key")) {
                    entry(node);
                }
            } catch (MalformedItemException | RuntimeException e) {
                if (e instanceof LockstepException failure) {
                    throw failure;
                }
                if (!torn) {
                    throw new LockstepException(
                            "read", "undo log " + file, "a damaged line: " + e.getMessage(), "Mend or remove the line");
                }
                // The last line, cut off by a crash before the change it announces was tried.
                torn = false;
            }
        }

        private void entry(JsonNode node) throws MalformedItemException {
            if (!table.id().equals(node.required("tableId").asString())) {
                return;
            }
            read++;
            progress.read(1);
            if (notApplied.remove(node.required("id").asString())) {
                skipped++;
                return;
            }
            Key key = table.keys().keyOf(ItemJson.read(node.required("key")));
            if (batch.containsKey(key) || batch.size() == Table.MAX_WRITE) {
                flush();
            }
            batch.put(key, new Change(key, item(node.get("before")), item(node.get("after"))));
        }

        private @Nullable Item item(@Nullable JsonNode node) throws MalformedItemException {
            return node == null || node.isNull() ? null : Item.of(ItemJson.read(node));
        }

        void flush() {
            Map<Key, Item> now = table.read(batch.keySet(), Consistency.STRONG).items();
            batch.values().forEach(change -> putBack(change, Optional.ofNullable(now.get(change.key()))));
            batch.clear();
        }

        private void putBack(Change change, Optional<Item> now) {
            if (!Objects.equals(now.orElse(null), change.after())) {
                skipped++;
                return;
            }
            Write write = Write.making(change.key(), change.before());
            Condition condition = Condition.unchanged(write, change.after());
            if (!condition.fits()) {
                failed++;
                progress.warning("not put back, it has more than 150 attributes: " + change.key());
            } else if (!dryRun && !table.writeIf(write, condition).applied()) {
                skipped++;
            } else if (change.before() == null) {
                deleted++;
            } else {
                written++;
            }
        }

        Result result() {
            if (read == 0) {
                throw new InvalidSettingsException(
                        "undo", table.name(), "the log " + file + " holds no change of this table", "Check the table");
            }
            return new Result(read, written, deleted, skipped, failed);
        }
    }
}
