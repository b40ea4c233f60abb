package dev.lockstep.table;

import dev.lockstep.LockstepException;
import dev.lockstep.capacity.Usage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A table in memory that answers as DynamoDB does: scans go by a hash of the partition key, segments are ranges of it,
 * limits and prices are DynamoDB's. {@code TableContract} holds it to that. Thread-safe.
 */
public final class MemoryTable implements Table {
    private static final long PAGE_BYTES = 1 << 20;
    private static final int LEVELS = 32;
    private static final AtomicLong IDS = new AtomicLong();
    private static final Comparator<Key> SCAN_ORDER = Comparator.comparingLong(MemoryTable::position)
            .thenComparing(MemoryTable::partition, MemoryTable::compare)
            .thenComparing(MemoryTable::sort, MemoryTable::compare);

    private final String name;
    private final String id;
    private final KeySchema schema;
    private final Usage usage = new Usage();
    private final NavigableMap<Key, Item> items = new TreeMap<>(SCAN_ORDER);
    private int itemsPerPage = Integer.MAX_VALUE;
    private int entriesPerAnswer = Integer.MAX_VALUE;

    public MemoryTable(String name, KeySchema schema) {
        this.name = name;
        this.id = name + "#" + IDS.incrementAndGet();
        this.schema = schema;
    }

    /** From now on no page holds more items. */
    public synchronized MemoryTable pagesOf(int count) {
        itemsPerPage = count;
        return this;
    }

    /** From now on batches are answered in part: only their first {@code count} entries, possibly none. */
    public synchronized MemoryTable answeringAtMost(int count) {
        entriesPerAnswer = count;
        return this;
    }

    /** Puts an item past all limits, at no cost. */
    public synchronized MemoryTable put(Item item) {
        items.put(schema.keyOf(item.attributes()), item);
        return this;
    }

    /** All items in the order of a scan. */
    public synchronized List<Item> items() {
        return List.copyOf(items.values());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public KeySchema keys() {
        return schema;
    }

    @Override
    public synchronized Size size() {
        return new Size(
                items.size(), items.values().stream().mapToLong(Item::size).sum());
    }

    @Override
    public Usage usage() {
        return usage;
    }

    @Override
    public synchronized Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
        usage.request("Scan");
        if (start != null && segmentOf(start, segment.total()) != segment.index()) {
            throw refusal("Scan", "Exclusive start key must lie within the segment");
        }
        int most = Math.min(itemsPerPage, limit > 0 ? limit : Integer.MAX_VALUE);
        List<Item> page = new ArrayList<>();
        long bytes = 0;
        Key last = null;
        for (var e : (start == null ? items : items.tailMap(start, false)).entrySet()) {
            if (page.size() == most || bytes >= PAGE_BYTES) {
                break;
            }
            if (segmentOf(e.getKey(), segment.total()) == segment.index()) {
                page.add(e.getValue());
                bytes += e.getValue().size();
                last = e.getKey();
            }
        }
        usage.read(Math.max(readUnits(1, consistency), readUnits(bytes, consistency)));
        return new Page(List.copyOf(page), page.size() == most || bytes >= PAGE_BYTES ? last : null);
    }

    @Override
    public synchronized Found read(Collection<Key> keys, Consistency consistency) {
        usage.request("BatchGetItem");
        requireBatch("BatchGetItem", keys, MAX_READ);
        List<Key> wanted = List.copyOf(keys);
        int answered = Math.min(entriesPerAnswer, wanted.size());
        Map<Key, Item> found = new HashMap<>();
        for (Key key : wanted.subList(0, answered)) {
            Item item = items.get(key);
            usage.read(Math.max(readUnits(1, consistency), readUnits(item == null ? 0 : item.size(), consistency)));
            if (item != null) {
                found.put(key, item);
            }
        }
        return new Found(found, wanted.subList(answered, wanted.size()));
    }

    @Override
    public synchronized List<Write> write(List<Write> writes) {
        writes.forEach(this::requireExact);
        usage.request("BatchWriteItem");
        requireBatch("BatchWriteItem", writes.stream().map(Write::key).toList(), MAX_WRITE);
        writes.forEach(w -> requireStorable("BatchWriteItem", w));
        int answered = Math.min(entriesPerAnswer, writes.size());
        writes.subList(0, answered).forEach(this::apply);
        return List.copyOf(writes.subList(answered, writes.size()));
    }

    @Override
    public synchronized Swapped writeIf(Write write, Condition condition) {
        requireExact(write);
        String api = write.after() == null ? "DeleteItem" : "PutItem";
        usage.request(api);
        requireStorable(api, write);
        if (!condition.fits()) {
            throw refusal(api, "Invalid ConditionExpression: The expression contains too many operators");
        }
        Item now = items.get(write.key());
        if (!condition.holds(now)) {
            usage.wrote(writeUnits(now, write.after()));
            return new Swapped(false, now);
        }
        apply(write);
        return new Swapped(true, null);
    }

    private void apply(Write write) {
        Item after = write.after();
        Item before = after == null ? items.remove(write.key()) : items.put(write.key(), after);
        usage.wrote(writeUnits(before, after));
    }

    private void requireBatch(String api, Collection<Key> keys, int most) {
        if (keys.isEmpty()) {
            throw refusal(api, "The list is required");
        }
        if (keys.size() > most) {
            throw refusal(api, "Too many items requested");
        }
        if (new HashSet<>(keys).size() < keys.size()) {
            throw refusal(api, "Provided list of item keys contains duplicates");
        }
    }

    private void requireExact(Write write) {
        Item after = write.after();
        if (after != null && !after.encodable()) {
            throw new InvalidItemException(
                    "write", name + " " + write.key(), "the item holds a string with a lone surrogate", "", null);
        }
    }

    private void requireStorable(String api, Write write) {
        Item after = write.after();
        if (after == null) {
            return;
        }
        if (after.size() > Item.MAX_BYTES) {
            throw refusal(api, "Item size has exceeded the maximum allowed size");
        }
        if (after.attributes().values().stream().anyMatch(v -> levels(v) > LEVELS)) {
            throw refusal(api, "Nesting Levels have exceeded supported limits");
        }
    }

    private LockstepException refusal(String api, String problem) {
        return new InvalidItemException(api, name, "ValidationException: " + problem, "", null);
    }

    private static int levels(AttributeValue value) {
        return 1
                + switch (value.type()) {
                    case L ->
                        value.l().stream().mapToInt(MemoryTable::levels).max().orElse(0);
                    case M ->
                        value.m().values().stream()
                                .mapToInt(MemoryTable::levels)
                                .max()
                                .orElse(0);
                    default -> 0;
                };
    }

    private static double readUnits(long bytes, Consistency consistency) {
        return Math.ceil(bytes / 4096.0) / (consistency == Consistency.STRONG ? 1 : 2);
    }

    private static double writeUnits(@Nullable Item before, @Nullable Item after) {
        long bytes = Math.max(before == null ? 0 : before.size(), after == null ? 0 : after.size());
        return Math.max(1, Math.ceil(bytes / 1024.0));
    }

    private static int segmentOf(Key key, int total) {
        return (int) (position(key) * total >>> 32);
    }

    /** The partition key's hash, spread over 32 bits without a sign. */
    private static long position(Key key) {
        int h = Values.hash(partition(key)) * 0x9E3779B9;
        h = (h ^ h >>> 16) * 0x85EBCA6B;
        return Integer.toUnsignedLong(h ^ h >>> 13);
    }

    private static AttributeValue partition(Key key) {
        return key.attributes().get(key.schema().partition().name());
    }

    /** The sort key, or the partition key where there is none. */
    private static AttributeValue sort(Key key) {
        return key.schema().sort().map(s -> key.attributes().get(s.name())).orElseGet(() -> partition(key));
    }

    private static int compare(AttributeValue a, AttributeValue b) {
        return switch (a.type()) {
            case N -> new BigDecimal(a.n()).compareTo(new BigDecimal(b.n()));
            case B -> Arrays.compareUnsigned(a.b().asByteArrayUnsafe(), b.b().asByteArrayUnsafe());
            default -> a.s().compareTo(b.s());
        };
    }
}
