package dev.lockstep.replicate;

import dev.lockstep.change.Change;
import dev.lockstep.table.Condition;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.Table.Page;
import dev.lockstep.table.Write;
import dev.lockstep.work.Pool;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The keys that one destination has yet to catch up with, in the state table.
 *
 * <p>It notes keys, not images: whoever settles them asks the primary. So it holds each key once however often it
 * changes, is never too old, and does not depend on how long the stream keeps its records. Thread-safe, and shared by all
 * processes of one name.
 *
 * <pre>{@code
 * {"id": "backlog/<destination>/<sha256 of the key>", "key": {…}, "order": "…", "stamp": "<a UUID a noting>", "at": millis}
 * }</pre>
 */
public final class Backlog {
    /** A key that was noted, and which noting it was. */
    public record Entry(Key key, String order, long notedMillis, Key row, String stamp) {}

    private static final int SOME = 100;

    private final RetryingTable state;
    private final KeySchema keys;
    private final String prefix;
    private final Pool calls;

    /**
     * @param state a table whose only key attribute is the string {@code id}
     * @param destination tells this destination from the others of the same name
     * @param keys the primary's key
     */
    public Backlog(RetryingTable state, String destination, KeySchema keys, Pool calls) {
        this.state = state;
        this.keys = keys;
        this.prefix = "backlog/" + destination + "/";
        this.calls = calls;
    }

    /** Notes the keys of changes; they are durable when this returns. */
    public void note(Collection<Change> changes) {
        List<Write> rows = changes.stream().map(this::row).toList();
        List<Supplier<List<Write>>> writes = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += RetryingTable.MAX_WRITE) {
            List<Write> some = rows.subList(from, Math.min(rows.size(), from + RetryingTable.MAX_WRITE));
            writes.add(() -> state.write(some));
        }
        if (!writes.isEmpty()) {
            calls.all(writes);
        }
    }

    private Write row(Change change) {
        return StateRow.named(prefix + hash(change.key()))
                .with("key", AttributeValue.fromM(change.key().attributes()))
                .with("order", change.order())
                .with("stamp", UUID.randomUUID().toString())
                .with("at", System.currentTimeMillis())
                .put(state.keys());
    }

    /** Equal keys have equal hashes: DynamoDB hands out numbers in one form. */
    private static String hash(Key key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(ItemJson.write(key.attributes()).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Hands out all entries, some at a time; those that are noted meanwhile may be among them or not. */
    public void forEach(Consumer<List<Entry>> use) {
        Key start = null;
        do {
            Page page = state.scan(new Segment(0, 1), start, 0, Consistency.STRONG);
            List<Entry> entries = page.items().stream()
                    .map(StateRow::of)
                    .filter(row -> row.id().startsWith(prefix))
                    .map(this::entry)
                    .toList();
            for (int from = 0; from < entries.size(); from += SOME) {
                use.accept(entries.subList(from, Math.min(entries.size(), from + SOME)));
            }
            start = page.next();
        } while (start != null);
    }

    private Entry entry(StateRow row) {
        return new Entry(
                keys.keyOf(row.map("key")),
                row.text("order"),
                row.number("at"),
                row.key(state.keys()),
                row.text("stamp"));
    }

    /** How many keys wait. Reads the whole backlog. */
    public long size() {
        long[] count = new long[1];
        forEach(some -> count[0] += some.size());
        return count[0];
    }

    /** Forgets entries that are settled. A key that was noted again since stays. */
    public void strike(Collection<Entry> settled) {
        List<Supplier<Boolean>> deletes = new ArrayList<>();
        settled.forEach(entry -> deletes.add(() -> state.writeIf(
                        new Write.Delete(entry.row()),
                        Condition.attributeIs("stamp", AttributeValue.fromS(entry.stamp())))
                .applied()));
        if (!deletes.isEmpty()) {
            calls.all(deletes);
        }
    }
}
