package dev.lockstep.restore;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.backup.DamagedException;
import dev.lockstep.backup.KeyFile;
import dev.lockstep.backup.Merged;
import dev.lockstep.backup.Source;
import dev.lockstep.objects.Digest;
import dev.lockstep.progress.Progress;
import dev.lockstep.scan.HeapPlan;
import dev.lockstep.scan.PageSize;
import dev.lockstep.scan.Scan;
import dev.lockstep.table.DryRunTable;
import dev.lockstep.table.InvalidItemException;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.Write;
import dev.lockstep.verify.KeyRepair;
import dev.lockstep.verify.KeyRepair.Settled;
import dev.lockstep.verify.UndoLog;
import dev.lockstep.work.Crew;
import dev.lockstep.work.Pool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings the items of a source back into a table.
 *
 * <p>First all of the source is read and proved ({@link #prove}); only then is anything written ({@link #into}). Into an
 * empty table items go by BatchWriteItem. A table that holds items is scanned first, strongly: what is right already is left.
 * Each other item goes by the protocol of repairs: read, and set on the condition that it still is what was read; so what is replaced is known to the undo log exactly, whoever else
 * writes meanwhile. Running it again does no harm. To cancel, interrupt the thread that runs it.
 */
public final class Restore implements AutoCloseable {
    /** Items that are settled or written together, and their size. */
    private static final int BATCH = 400;

    private static final long BATCH_BYTES = 8 << 20;

    private final Source source;
    private final KeySchema keys;
    private final RestoreSettings settings;
    private final Progress progress;
    private final Merged merged;

    /**
     * @param read states of items read from the source
     * @param written items written
     * @param deleted items deleted
     * @param skipped items that the table held already as the source has them
     * @param failed keys that could not be brought to what the source has, each told to {@link Progress#warning}
     */
    public record Result(long read, long written, long deleted, long skipped, long failed) {}

    private Restore(Source source, KeySchema keys, RestoreSettings settings, Progress progress, Merged merged) {
        this.source = source;
        this.keys = keys;
        this.settings = settings;
        this.progress = progress;
        this.merged = merged;
    }

    /**
     * Reads and proves all of the source; writes nothing.
     *
     * @throws InvalidSettingsException where the source was made of a table with another key
     * @throws DamagedException where any of it is not what it should be
     */
    public static Restore prove(Source source, KeySchema keys, RestoreSettings settings, Progress progress) {
        source.table().filter(table -> !table.keys().equals(keys)).ifPresent(table -> {
            throw new InvalidSettingsException(
                    "restore",
                    source.name(),
                    "it is of a table with the key " + table.keys() + ", and the table to restore into has " + keys,
                    "");
        });
        Merged.Settings reading = new Merged.Settings(settings.parallel(), settings.temporary());
        Merged merged = Merged.prove(source, keys, settings::wants, reading, progress);
        return new Restore(source, keys, settings, progress, merged);
    }

    /** How many different keys there are to restore. */
    public long keys() {
        return merged.keys();
    }

    /** What there is to restore, at most. */
    public Merged.Weight weight() {
        return merged.weight();
    }

    /** Counts what a restore into a table that is not there yet would write. */
    public Result intoNothing() {
        LongAdder written = new LongAdder();
        merged.each(() -> taker((key, item) -> {
            if (item != null) {
                written.increment();
            }
        }));
        return new Result(merged.states(), written.sum(), 0, 0, absent());
    }

    /**
     * @throws InvalidSettingsException where the table holds items and the settings do not say what to do about them, or
     *     has another key; nothing was written
     * @throws LockstepException where the table or the source failed for good; what was restored stays
     * @throws CancelledException where the calling thread was interrupted
     */
    public Result into(Table given) {
        RetryingTable table =
                RetryingTable.over(settings.dryRun() ? new DryRunTable(given) : given, settings.retry(), progress);
        boolean empty = !table.holdsItems();
        requireFit(table, empty);
        progress.expecting(merged.states());
        try (UndoLog undoLog = settings.undoLog().map(UndoLog::open).orElse(UndoLog.NONE);
                Pool calls = Pool.of("write", 4 * settings.parallel());
                KeyFile present = new KeyFile(settings.temporary())) {
            Run run = new Run(table, undoLog, calls, present);
            if (!empty && settings.only().isEmpty()) {
                run.look();
            }
            merged.each(() -> empty ? run.blind() : run.careful());
            if (settings.deleteExtra()) {
                run.deleteAbsent();
            }
            return run.result();
        }
    }

    private void requireFit(Table table, boolean empty) {
        if (!table.keys().equals(keys)) {
            throw new InvalidSettingsException(
                    "restore", table.name(), "its key is " + table.keys() + ", the items' is " + keys, "");
        }
        boolean told = settings.overwrite()
                || settings.deleteExtra()
                || !settings.only().isEmpty();
        if (!empty && !told && !settings.dryRun()) {
            throw new InvalidSettingsException(
                    "restore",
                    table.name(),
                    "it holds items",
                    "Say --overwrite to replace what the source has too, --delete-extra to make the table equal to the"
                            + " source, or --key for single items");
        }
    }

    /** Keys that were asked for by name and that the source does not have. */
    private long absent() {
        List<Key> missing =
                settings.only().stream().filter(key -> !merged.tellsOf(key)).toList();
        missing.forEach(key -> progress.warning(key + " is not in " + source.name()));
        return missing.size();
    }

    private interface States {
        void take(Key key, @Nullable Item item);
    }

    private static Merged.Taker taker(States states) {
        return new Merged.Taker() {
            @Override
            public void take(Key key, @Nullable Item item) {
                states.take(key, item);
            }

            @Override
            public void end() {}
        };
    }

    @Override
    public void close() {
        merged.close();
    }

    /** The writing of one restore, by several threads. */
    private final class Run {
        private final RetryingTable table;
        private final UndoLog undoLog;
        private final Pool calls;
        private final KeyFile present;
        private final LongAdder written = new LongAdder();
        private final LongAdder deleted = new LongAdder();
        private final LongAdder skipped = new LongAdder();
        private final LongAdder failed = new LongAdder();

        /** @param present what the table holds, as far as it was looked at: a digest of each item */
        Run(RetryingTable table, UndoLog undoLog, Pool calls, KeyFile present) {
            this.table = table;
            this.undoLog = undoLog;
            this.calls = calls;
            this.present = present;
        }

        Result result() {
            long absent = settings.deleteExtra() ? 0 : absent();
            return new Result(merged.states(), written.sum(), deleted.sum(), skipped.sum(), failed.sum() + absent);
        }

        /** Nobody else's items can be in the way. */
        Merged.Taker blind() {
            return batches(items -> {
                List<Write> writes = new ArrayList<>();
                items.forEach((key, item) -> item.ifPresent(i -> writes.add(Write.making(key, i.toCopy()))));
                List<Supplier<Boolean>> each = new ArrayList<>();
                for (int from = 0; from < writes.size(); from += Table.MAX_WRITE) {
                    List<Write> some = writes.subList(from, Math.min(writes.size(), from + Table.MAX_WRITE));
                    each.add(() -> {
                        table.write(some);
                        return true;
                    });
                }
                calls.all(each);
                written.add(writes.size());
            });
        }

        /** What was deleted by the source's account is deleted only where the table is to become equal. */
        Merged.Taker careful() {
            return batches(items -> {
                if (!settings.deleteExtra()) {
                    items.values().removeIf(Optional::isEmpty);
                }
                int before = items.size();
                items.entrySet()
                        .removeIf(e -> e.getValue()
                                .filter(item -> present.take(e.getKey(), digest(item)))
                                .isPresent());
                skipped.add(before - items.size());
                settle(items);
            });
        }

        private Merged.Taker batches(BatchWork work) {
            return new Batches(items -> sparing(items, work));
        }

        /** One item that the table will never take must not keep the others. */
        private void sparing(Map<Key, Optional<Item>> items, BatchWork work) {
            try {
                work.run(items);
            } catch (InvalidItemException e) {
                if (items.size() == 1) {
                    failed(items.keySet().iterator().next(), e.problem());
                    return;
                }
                List<Key> all = List.copyOf(items.keySet());
                sparing(only(items, all.subList(0, all.size() / 2)), work);
                sparing(only(items, all.subList(all.size() / 2, all.size())), work);
            }
        }

        private static Map<Key, Optional<Item>> only(Map<Key, Optional<Item>> items, List<Key> some) {
            Map<Key, Optional<Item>> part = new HashMap<>(items);
            part.keySet().retainAll(Set.copyOf(some));
            return part;
        }

        private void failed(Key key, String why) {
            failed.increment();
            progress.warning(key + " could not be restored: " + why);
        }

        private void settle(Map<Key, Optional<Item>> items) {
            if (items.isEmpty()) {
                return;
            }
            Map<Key, Item> present = new HashMap<>();
            items.forEach((key, item) -> item.ifPresent(i -> present.put(key, i)));
            Wanted wanted = new Wanted(source.name(), keys, present);
            new KeyRepair(wanted, table, undoLog, calls)
                    .settle(items.keySet())
                    .forEach((key, settled) -> count(key, settled, present.containsKey(key)));
        }

        private void count(Key key, Settled settled, boolean present) {
            switch (settled.state()) {
                case SAME -> skipped.add(present ? 1 : 0);
                case WRITTEN -> (present ? written : deleted).increment();
                case OPEN -> failed(key, settled.note());
            }
        }

        /** Single keys that were asked for and that the source does not tell of. */
        void deleteAbsent() {
            delete(settings.only().stream().filter(key -> !merged.tellsOf(key)).toList());
        }

        /**
         * Notes what the table holds, so that what is right already needs no look of its own, and deletes what the source
         * does not tell of where that is wanted. Strong reads: an older state must not pass for the present one.
         */
        void look() {
            HeapPlan plan = HeapPlan.of(Runtime.getRuntime().maxMemory(), 0, settings.parallel());
            PageSize pages = new PageSize(plan.pageBytes());
            AtomicInteger next = new AtomicInteger();
            int segments = plan.parallel();
            try (Pool readers = Pool.unbounded("read");
                    Crew crew = new Crew("restore")) {
                for (int i = 0; i < segments; i++) {
                    crew.start(() -> {
                        Segment segment = new Segment(next.getAndIncrement(), segments);
                        try (Scan scan = new Scan(table, segment, null, Consistency.STRONG, pages, readers)) {
                            while (!scan.done()) {
                                look(scan.next());
                            }
                        }
                    });
                }
                crew.join();
            }
            present.seal();
        }

        private void look(List<Item> page) {
            List<Key> extra = new ArrayList<>();
            for (Item item : page) {
                Key key = keys.keyOf(item.attributes());
                if (merged.tellsOf(key)) {
                    present.add(key, digest(item));
                } else {
                    extra.add(key);
                }
            }
            for (int from = 0; settings.deleteExtra() && from < extra.size(); from += BATCH) {
                delete(extra.subList(from, Math.min(extra.size(), from + BATCH)));
            }
        }

        private static byte[] digest(Item item) {
            return Arrays.copyOf(Digest.SHA256.of(item.toCopy().canonical()), KeyFile.RANK);
        }

        private void delete(Collection<Key> extra) {
            Map<Key, Optional<Item>> nothing = new HashMap<>();
            extra.forEach(key -> nothing.put(key, Optional.empty()));
            sparing(nothing, this::settle);
        }
    }

    private interface BatchWork {
        void run(Map<Key, Optional<Item>> items);
    }

    /** Gathers a file's states into batches. */
    private static final class Batches implements Merged.Taker {
        private final BatchWork work;
        private Map<Key, Optional<Item>> gathered = new HashMap<>();
        private long bytes;

        Batches(BatchWork work) {
            this.work = work;
        }

        @Override
        public void take(Key key, @Nullable Item item) {
            gathered.put(key, Optional.ofNullable(item));
            bytes += item == null ? 0 : item.heap();
            if (gathered.size() == BATCH || bytes > BATCH_BYTES) {
                end();
            }
        }

        @Override
        public void end() {
            if (!gathered.isEmpty()) {
                work.run(gathered);
                gathered = new HashMap<>();
                bytes = 0;
            }
        }
    }
}
