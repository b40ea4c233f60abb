package dev.lockstep.table;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A table whose answers are whole: calls that fail for a passing reason are made again with backoff, what came back
 * unprocessed is asked for again (only that), and batches may have any size.
 *
 * <p>After the last try the last failure is thrown with the earlier ones suppressed. Thread-safe.
 */
public final class RetryingTable extends ForwardingTable {
    /** Is told why a call waits, before it does. Called from any thread. The subject is the table, or the object. */
    public interface Listener {
        void pausing(String subject, String operation, String why, Duration pause);

        Listener NONE = (subject, operation, why, pause) -> {};
    }

    private final Table table;
    private final RetryPolicy policy;
    private final Listener listener;

    private RetryingTable(Table table, RetryPolicy policy, Listener listener) {
        super(table);
        this.table = table;
        this.policy = policy;
        this.listener = listener;
    }

    /** Wraps a table; one that is wrapped already stays as it is. */
    public static RetryingTable over(Table table, RetryPolicy policy, Listener listener) {
        return table instanceof RetryingTable already ? already : new RetryingTable(table, policy, listener);
    }

    /** Something around the table whose calls are tried again; what it does is done again with each of them. */
    RetryingTable wrapped(UnaryOperator<Table> wrapping) {
        return new RetryingTable(wrapping.apply(table), policy, listener);
    }

    private Attempts attempts(String operation) {
        return new Attempts(operation, name(), policy, listener);
    }

    /** Whether there is any item, by strong reads. */
    public boolean holdsItems() {
        Page page = scan(new Segment(0, 1), null, 1, Consistency.STRONG);
        while (page.items().isEmpty() && page.next() != null) {
            page = scan(new Segment(0, 1), page.next(), 1, Consistency.STRONG);
        }
        return !page.items().isEmpty();
    }

    @Override
    public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
        return attempts("Scan").until(() -> table.scan(segment, start, limit, consistency));
    }

    @Override
    public Swapped writeIf(Write write, Condition condition) {
        return attempts("conditional write").until(() -> table.writeIf(write, condition));
    }

    /** Any number of keys; {@code unprocessed} is always empty. */
    @Override
    public Found read(Collection<Key> keys, Consistency consistency) {
        Map<Key, Item> items = new HashMap<>();
        Attempts attempts = attempts("BatchGetItem");
        List<Key> left = new ArrayList<>(new LinkedHashSet<>(keys));
        while (!left.isEmpty()) {
            List<Key> some = List.copyOf(left.subList(0, Math.min(MAX_READ, left.size())));
            Found found = attempts.until(() -> table.read(some, consistency));
            items.putAll(found.items());
            left.subList(0, some.size()).clear();
            left.addAll(found.unprocessed());
            attempts.answered(found.unprocessed().size(), some.size());
        }
        return new Found(items, List.of());
    }

    /** Any number of writes; of several to one key the last is done. The answer is always empty. */
    @Override
    public List<Write> write(List<Write> writes) {
        Attempts attempts = attempts("BatchWriteItem");
        List<Write> left = lastPerKey(writes);
        while (!left.isEmpty()) {
            List<Write> some = List.copyOf(left.subList(0, Math.min(MAX_WRITE, left.size())));
            List<Write> unwritten = attempts.until(() -> table.write(some));
            left.subList(0, some.size()).clear();
            left.addAll(unwritten);
            attempts.answered(unwritten.size(), some.size());
        }
        return List.of();
    }

    private static List<Write> lastPerKey(List<Write> writes) {
        Map<Key, Write> last = new LinkedHashMap<>();
        writes.forEach(w -> {
            last.remove(w.key());
            last.put(w.key(), w);
        });
        return new ArrayList<>(last.values());
    }
}
