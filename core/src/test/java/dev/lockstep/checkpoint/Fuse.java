package dev.lockstep.checkpoint;

import dev.lockstep.table.Condition;
import dev.lockstep.table.ForwardingTable;
import dev.lockstep.table.Key;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Kills a job at one of its steps: just before or just after one of its calls to a table or to the checkpoint's store. From
 * then on no call of it does anything, as after kill -9; what was done before stays. Thread-safe.
 */
public final class Fuse {
    private final AtomicLong left;
    private final Map<String, Long> pages = new ConcurrentHashMap<>();

    /** What a killed job's calls throw. */
    public static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    public Fuse(long steps) {
        this.left = new AtomicLong(steps);
    }

    public static Fuse none() {
        return new Fuse(Long.MAX_VALUE);
    }

    private void step() {
        if (left.decrementAndGet() < 0) {
            throw new Killed();
        }
    }

    /** The pages that were asked for: where they begin, and how often. */
    public Map<String, Long> pages() {
        return pages;
    }

    public Table on(Table table) {
        return new ForwardingTable(table) {
            @Override
            public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
                step();
                if (limit != 1) {
                    pages.merge(name() + " " + segment + " " + start, 1L, Long::sum);
                }
                Page page = super.scan(segment, start, limit, consistency);
                step();
                return page;
            }

            @Override
            public Found read(Collection<Key> keys, Consistency consistency) {
                step();
                Found found = super.read(keys, consistency);
                step();
                return found;
            }

            @Override
            public List<Write> write(List<Write> writes) {
                step();
                List<Write> left = super.write(writes);
                step();
                return left;
            }

            @Override
            public Swapped writeIf(Write write, Condition condition) {
                step();
                Swapped swapped = super.writeIf(write, condition);
                step();
                return swapped;
            }
        };
    }

    /** What survives a kill. */
    public static final class Kept {
        volatile byte @Nullable [] document;
        final Map<String, byte[]> pages = new ConcurrentHashMap<>();

        public Map<String, byte[]> pages() {
            return new HashMap<>(pages);
        }
    }

    public CheckpointStore on(Kept kept) {
        return new CheckpointStore() {
            @Override
            public String name() {
                return "memory";
            }

            @Override
            public String howToDelete() {
                return "Forget it";
            }

            @Override
            public Optional<byte[]> read() {
                return Optional.ofNullable(kept.document);
            }

            @Override
            public void write(byte[] document) {
                step();
                kept.document = document;
                step();
            }

            @Override
            public void keep(String page, byte[] content) {
                step();
                kept.pages.put(page, content);
                step();
            }

            @Override
            public byte[] kept(String page) {
                return kept.pages.get(page);
            }

            @Override
            public void drop(String page) {
                step();
                kept.pages.remove(page);
            }

            @Override
            public void dropAll() {
                step();
                kept.pages.clear();
            }

            @Override
            public void close() {}
        };
    }
}
