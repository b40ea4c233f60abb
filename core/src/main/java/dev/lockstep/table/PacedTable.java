package dev.lockstep.table;

import dev.lockstep.LockstepException;
import dev.lockstep.capacity.Pace;
import dev.lockstep.capacity.Units;
import dev.lockstep.capacity.Usage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A table whose calls keep to a {@link Pace} for reads and one for writes, charged by what the service says that they
 * consumed. Calls are cut so that each is a small part of a second's budget: pages by their limit, batches into several.
 *
 * <p>It belongs beneath {@link RetryingTable}: then each try takes its own turn. Thread-safe.
 */
public final class PacedTable extends ForwardingTable {
    /** An answer of this size may have been cut for its size, not for lack of capacity. */
    private static final long LARGE_ANSWER = 1 << 20;
    /** Where nothing is known of the items yet. */
    private static final long TYPICAL_ITEM = 4096;
    /** How slowly a larger size seen is forgotten. */
    private static final double FADING = 0.75;

    /**
     * How large calls may be, whatever the budget.
     *
     * @param pageItems items a page of a scan, 0 for as many as fit
     * @param batchKeys keys a batch that is read
     */
    public record Sizes(int pageItems, int batchKeys) {
        public static final Sizes LARGEST = new Sizes(0, MAX_READ);

        public Sizes {
            if (pageItems < 0 || batchKeys < 1 || batchKeys > MAX_READ) {
                throw new IllegalArgumentException(pageItems + " items a page, " + batchKeys + " keys a batch");
            }
        }
    }

    private final Pace reads;
    private final Pace writes;
    private final Sizes sizes;
    private volatile double itemBytes;
    private volatile long largestItem;
    private volatile double perKey;
    private volatile double largestKey;
    private volatile double perWrite = 1;
    private volatile double largestWrite;

    public PacedTable(Table table, Pace reads, Pace writes, Sizes sizes) {
        super(table);
        this.reads = reads;
        this.writes = writes;
        this.sizes = sizes;
        Size size = table.size();
        this.itemBytes = size.items() > 0 ? Math.max(1, (double) size.bytes() / size.items()) : TYPICAL_ITEM;
        this.perKey = Units.page((long) itemBytes, true);
    }

    /** Read units a second that the calls may consume at present, infinite where nothing limits them. */
    public double readRate() {
        return reads.rate();
    }

    /** For whoever writes to the table in another way than through this. */
    public Pace writes() {
        return writes;
    }

    @Override
    public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
        boolean strong = consistency == Consistency.STRONG;
        int most = smaller(limit, smaller(sizes.pageItems(), affordableItems(strong)));
        double expected = most == 0 ? Units.page(1 << 20, strong) : Units.page((long) (most * itemBytes), strong);
        Page page = reading(expected, mostOfPage(most, strong), () -> super.scan(segment, start, most, consistency));
        if (reads.limited() && !page.items().isEmpty()) {
            LongSummaryStatistics bytes =
                    page.items().stream().mapToLong(Item::size).summaryStatistics();
            itemBytes = Math.max(bytes.getAverage(), FADING * itemBytes);
            largestItem = Math.max(largestItem, bytes.getMax());
        }
        return page;
    }

    /** The first page goes alone, since its items may have any size; later items are taken to be at most twice as large as any before. */
    private double mostOfPage(int items, boolean strong) {
        double most = Units.mostOfPage(items, strong);
        return largestItem == 0 || items == 0 ? most : Math.min(most, Units.page(2 * largestItem * items, strong));
    }

    private double mostOfKeys(int count, boolean strong) {
        double most = Units.mostOfKeyedRead(count, strong);
        double likely = 2 * largestKey * count;
        return largestKey == 0 ? most : Math.min(most, strong ? likely : likely / 2);
    }

    /** 0 is no limit, as in a scan. */
    private static int smaller(int limit, int other) {
        return limit == 0 || other == 0 ? Math.max(limit, other) : Math.min(limit, other);
    }

    private int affordableItems(boolean strong) {
        double units = reads.perCall();
        if (units >= Units.mostOfPage(0, strong)) {
            return 0;
        }
        double bytes = units * (strong ? TYPICAL_ITEM : 2 * TYPICAL_ITEM);
        return (int) Math.max(1, Math.min(bytes / itemBytes, 1 << 20));
    }

    @Override
    public Found read(Collection<Key> keys, Consistency consistency) {
        boolean strong = consistency == Consistency.STRONG;
        Map<Key, Item> items = new HashMap<>();
        List<Key> unprocessed = new ArrayList<>();
        List<Key> left = List.copyOf(keys);
        do {
            double each = strong ? perKey : perKey / 2;
            int count = (int) Math.max(1, Math.min(sizes.batchKeys(), reads.perCall() / each));
            List<Key> some = left.subList(0, Math.min(count, left.size()));
            try {
                Found found = readSome(some, consistency, each * some.size());
                items.putAll(found.items());
                unprocessed.addAll(found.unprocessed());
            } catch (LockstepException e) {
                requireProgress(e, left.size() < keys.size());
                unprocessed.addAll(left);
                break;
            }
            left = left.subList(some.size(), left.size());
        } while (!left.isEmpty());
        return new Found(items, unprocessed);
    }

    private Found readSome(List<Key> some, Consistency consistency, double expected) {
        boolean strong = consistency == Consistency.STRONG;
        try (Pace.Turn turn = reads.turn(expected, mostOfKeys(some.size(), strong));
                Usage.Count used = usage().count()) {
            Found found = settling(turn, reads, used::readUnits, () -> super.read(some, consistency));
            int done = some.size() - found.unprocessed().size();
            if (done > 0) {
                double each = used.readUnits() / done * (strong ? 1 : 2);
                perKey = Math.max(each, FADING * perKey);
                largestKey = Math.max(largestKey, each);
            }
            if (!found.unprocessed().isEmpty() && bytes(found) < LARGE_ANSWER) {
                turn.slow((double) found.unprocessed().size() / some.size());
            }
            return found;
        }
    }

    private static long bytes(Found found) {
        return found.items().values().stream().mapToLong(Item::size).sum();
    }

    @Override
    public List<Write> write(List<Write> batch) {
        List<Write> unwritten = new ArrayList<>();
        List<Write> left = batch;
        do {
            List<Write> some = affordable(left);
            try {
                unwritten.addAll(writeSome(some));
            } catch (LockstepException e) {
                requireProgress(e, left.size() < batch.size());
                unwritten.addAll(left);
                break;
            }
            left = left.subList(some.size(), left.size());
        } while (!left.isEmpty());
        return unwritten;
    }

    private List<Write> affordable(List<Write> left) {
        double units = writes.perCall();
        if (units == Double.POSITIVE_INFINITY) {
            return left;
        }
        int count = 0;
        double sum = 0;
        while (count < left.size() && (count == 0 || sum + expected(left.get(count)) <= units)) {
            sum += expected(left.get(count++));
        }
        return left.subList(0, count);
    }

    private List<Write> writeSome(List<Write> some) {
        return writing(some, turn -> {
            List<Write> unwritten = super.write(some);
            if (!unwritten.isEmpty()) {
                turn.slow((double) unwritten.size() / some.size());
            }
            return unwritten;
        });
    }

    @Override
    public Swapped writeIf(Write write, Condition condition) {
        return writing(List.of(write), turn -> super.writeIf(write, condition));
    }

    private interface Writing<T> {
        T write(Pace.Turn turn);
    }

    private <T> T writing(List<Write> some, Writing<T> call) {
        boolean limited = writes.limited();
        double known = limited ? some.stream().mapToDouble(PacedTable::known).sum() : some.size();
        try (Pace.Turn turn = writes.turn(known * perWrite, Math.max(known, most(some.size())));
                Usage.Count used = usage().count()) {
            T answer = settling(turn, writes, used::writeUnits, () -> call.write(turn));
            if (limited) {
                perWrite = Math.max(1, Math.max(used.writeUnits() / known, FADING * perWrite));
                largestWrite = Math.max(largestWrite, used.writeUnits() / some.size());
            }
            return answer;
        }
    }

    /**
     * What is replaced may be larger than what is written, and secondary indexes cost besides: how much, only the service
     * knows. The first write may cost anything, so that it goes alone; then each is taken to cost at most twice as
     * much as any did before.
     */
    private double most(int count) {
        return largestWrite == 0 ? Units.mostOfWrites(count) : 2 * largestWrite * count;
    }

    private static double known(Write write) {
        Item after = write.after();
        return Units.write(after == null ? 0 : after.size());
    }

    private double expected(Write write) {
        return known(write) * perWrite;
    }

    /** Only what did not begin with a failure is answered in part. */
    private static void requireProgress(LockstepException e, boolean progress) {
        if (!progress || !e.retryable()) {
            throw e;
        }
    }

    private <T> T reading(double expected, double most, Supplier<T> call) {
        try (Pace.Turn turn = reads.turn(expected, most);
                Usage.Count used = usage().count()) {
            return settling(turn, reads, used::readUnits, call);
        }
    }

    private interface Used {
        double units();
    }

    /** A throttled call costs nothing, one that was refused for good what is known of it; of any other nothing is known. */
    private <T> T settling(Pace.Turn turn, Pace pace, Used used, Supplier<T> call) {
        try {
            T answer = call.get();
            turn.settle(used.units());
            return answer;
        } catch (LockstepException e) {
            if (ServiceErrors.throttled(e)) {
                turn.settle(0);
                turn.slow(1);
                throw slower(e, rate(pace));
            }
            if (!e.retryable()) {
                turn.settle(used.units());
            }
            throw e;
        }
    }

    /** Why calls go slower than they may at present, for people; empty where they do not. */
    public String pacing() {
        List<String> slow = new ArrayList<>();
        if (reads.yields()) {
            slow.add(rate(reads));
        }
        if (writes.yields()) {
            slow.add(rate(writes));
        }
        return slow.isEmpty() ? "" : "slowed by throttling to " + String.join(" and ", slow);
    }

    private String rate(Pace pace) {
        return String.format(Locale.ROOT, "%,.1f %s units a second", pace.rate(), pace == reads ? "read" : "write");
    }

    private static LockstepException slower(LockstepException e, String rate) {
        String problem = e.problem() + "; going on at " + rate + ", and faster again when it lets up";
        return new LockstepException(e.operation(), e.subject(), problem, e.hint(), true, e.getCause());
    }
}
