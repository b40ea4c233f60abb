package dev.lockstep.restore;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.backup.DamagedException;
import dev.lockstep.backup.KeyFile;
import dev.lockstep.backup.Merged;
import dev.lockstep.backup.ReadSettings;
import dev.lockstep.backup.Source;
import dev.lockstep.checkpoint.Checkpoint;
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
import dev.lockstep.verify.KeyRepair.State;
import dev.lockstep.verify.UndoLog;
import dev.lockstep.work.Crew;
import dev.lockstep.work.Pool;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
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
     * @throws InvalidSettingsException where the source was made of a table with another key, or is of a part of its table
     *     and is to delete what it does not have
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
        if (settings.deleteExtra() && source.partial()) {
            throw new InvalidSettingsException(
                    "restore",
                    source.name(),
                    "it is of a part of its table only, and what it leaves out would be deleted",
                    "Say --overwrite instead of --delete-extra, or restore from a full one");
        }
        ReadSettings reading = new ReadSettings(settings.parallel(), settings.temporary());
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
        return into(given, Optional.empty());
    }

    /**
     * The same, going on from a checkpoint, and saving to it.
     *
     * @param checkpoint the caller's to close
     */
    public Result into(Table given, Checkpoint checkpoint) {
        long absent = settings.deleteExtra() ? 0 : absent();
        return into(
                given,
                Optional.of(new SavedRestore(
                        checkpoint,
                        keys,
                        merged.fingerprint(),
                        merged.parts(),
                        merged.states(),
                        absent,
                        source.format())));
    }

    /** The result of a restore that was finished, once more. */
    public static Result finished(Checkpoint checkpoint) {
        return SavedRestore.result(checkpoint);
    }

    /** What kind of source a restore that was finished was from. */
    public static String formatOf(Checkpoint checkpoint) {
        return SavedRestore.format(checkpoint);
    }

    private Result into(Table given, Optional<SavedRestore> saved) {
        RetryingTable table =
                RetryingTable.over(settings.dryRun() ? new DryRunTable(given) : given, settings.retry(), progress);
        boolean empty = !table.holdsItems();
        boolean goesOn = saved.map(SavedRestore::begun).orElse(false);
        requireFit(table, empty || goesOn);
        boolean blind = saved.map(to -> to.blind(empty)).orElse(empty);
        HeapPlan plan = HeapPlan.of(Runtime.getRuntime().maxMemory(), 0, settings.parallel());
        boolean looks = !blind && settings.only().isEmpty();
        int looked =
                saved.map(to -> to.begin(blind, looks ? plan.parallel() : 0)).orElse(looks ? plan.parallel() : 0);
        progress.expecting(merged.states());
        try (UndoLog undoLog = settings.undoLog().map(UndoLog::open).orElse(UndoLog.NONE);
                Pool calls = Pool.of("write", 4 * settings.parallel());
                KeyFile present = new KeyFile(settings.temporary())) {
            Run run = new Run(table, undoLog, calls, present, saved.orElse(null));
            if (looked > 0) {
                run.look(looked, new PageSize(plan.pageBytes()));
            }
            merged.each(part -> run.taker(part, blind), run::begun);
            if (settings.deleteExtra()) {
                run.deleteAbsent();
            }
            saved.ifPresent(SavedRestore::finish);
            return saved.isPresent() ? run.savedResult() : run.result();
        }
    }

    private void requireFit(Table table, boolean free) {
        if (!table.keys().equals(keys)) {
            throw new InvalidSettingsException(
                    "restore", table.name(), "its key is " + table.keys() + ", the items' is " + keys, "");
        }
        boolean told = settings.overwrite()
                || settings.deleteExtra()
                || !settings.only().isEmpty();
        if (!free && !told && !settings.dryRun()) {
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
        private final @Nullable SavedRestore saved;
        private final Queue<Count> counts = new ConcurrentLinkedQueue<>();

        /** @param present what the table holds, as far as it was looked at: a digest of each item */
        Run(RetryingTable table, UndoLog undoLog, Pool calls, KeyFile present, @Nullable SavedRestore saved) {
            this.table = table;
            this.undoLog = undoLog;
            this.calls = calls;
            this.present = present;
            this.saved = saved;
        }

        Result result() {
            long absent = settings.deleteExtra() ? 0 : absent();
            return new Result(
                    merged.states(),
                    counts.stream().mapToLong(c -> c.written).sum(),
                    counts.stream().mapToLong(c -> c.deleted).sum(),
                    counts.stream().mapToLong(c -> c.skipped).sum(),
                    counts.stream().mapToLong(c -> c.failed).sum() + absent);
        }

        Result savedResult() {
            return Objects.requireNonNull(saved).now();
        }

        private Count count(int segment) {
            Count count = saved == null ? new Count() : saved.count(segment);
            counts.add(count);
            return count;
        }

        /** How far a file was worked on before. */
        long begun(int part) {
            return saved == null ? 0 : saved.line(part);
        }

        Merged.Taker taker(int part, boolean blind) {
            Count count = count(saved == null ? part : saved.part(part));
            Batches batches = new Batches((items, ours) ->
                    sparing(items, count, blind ? this::write : (some, to) -> careful(some, ours, to)));
            return saved == null ? batches : new SavedBatches(saved, part, count, batches);
        }

        /** Nobody else's items can be in the way. */
        private void write(Map<Key, Optional<Item>> items, Count count) {
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
            count.written += writes.size();
        }

        /**
         * What was deleted by the source's account is deleted only where the table is to become equal.
         *
         * @param ours keys that a killed run may have written
         */
        private void careful(Map<Key, Optional<Item>> given, Set<Key> ours, Count count) {
            Map<Key, Optional<Item>> items = new HashMap<>(given);
            if (!settings.deleteExtra()) {
                items.values().removeIf(Optional::isEmpty);
            }
            int before = items.size();
            items.entrySet()
                    .removeIf(e -> e.getValue()
                            .filter(item -> present.take(e.getKey(), digest(item)))
                            .isPresent());
            count.skipped += before - items.size();
            settle(items, ours, count);
        }

        /** One item that the table will never take must not keep the others. */
        private void sparing(Map<Key, Optional<Item>> items, Count count, Settling work) {
            try {
                work.run(items, count);
            } catch (InvalidItemException e) {
                if (items.size() == 1) {
                    failed(items.keySet().iterator().next(), e.problem(), count);
                    return;
                }
                List<Key> all = List.copyOf(items.keySet());
                sparing(only(items, all.subList(0, all.size() / 2)), count, work);
                sparing(only(items, all.subList(all.size() / 2, all.size())), count, work);
            }
        }

        private static Map<Key, Optional<Item>> only(Map<Key, Optional<Item>> items, List<Key> some) {
            Map<Key, Optional<Item>> part = new HashMap<>(items);
            part.keySet().retainAll(Set.copyOf(some));
            return part;
        }

        private void failed(Key key, String why, Count count) {
            count.failed++;
            progress.warning(key + " could not be restored: " + why);
        }

        private void settle(Map<Key, Optional<Item>> items, Set<Key> ours, Count count) {
            if (items.isEmpty()) {
                return;
            }
            Map<Key, Item> wantedItems = new HashMap<>();
            items.forEach((key, item) -> item.ifPresent(i -> wantedItems.put(key, i)));
            Wanted wanted = new Wanted(source.name(), keys, wantedItems);
            new KeyRepair(wanted, table, undoLog, calls)
                    .settle(items.keySet())
                    .forEach((key, settled) ->
                            count(key, settled, wantedItems.containsKey(key), ours.contains(key), count));
        }

        /** @param ours whether a killed run may have brought it there; then it was not there before */
        private void count(Key key, Settled settled, boolean wanted, boolean ours, Count count) {
            State state = settled.state() == State.SAME && ours ? State.WRITTEN : settled.state();
            switch (state) {
                case SAME -> count.skipped += wanted ? 1 : 0;
                case WRITTEN -> {
                    count.written += wanted ? 1 : 0;
                    count.deleted += wanted ? 0 : 1;
                }
                case OPEN -> failed(key, settled.note(), count);
            }
        }

        /** Single keys that were asked for and that the source does not tell of. */
        void deleteAbsent() {
            List<Key> absent =
                    settings.only().stream().filter(key -> !merged.tellsOf(key)).toList();
            if (saved == null) {
                delete(absent, Set.of(), count(0));
                return;
            }
            int segment = saved.absentKeys();
            if (saved.done(segment)) {
                return;
            }
            Count count = count(segment);
            Set<Key> there = new HashSet<>(saved.deleting(segment));
            there.addAll(table.read(absent, Consistency.STRONG).items().keySet());
            if (!there.isEmpty()) {
                saved.deleting(segment, null, there, count);
                delete(there, there, count);
            }
            saved.done(segment, count);
        }

        /**
         * Notes what the table holds, so that what is right already needs no look of its own, and deletes what the source
         * does not tell of where that is wanted. Strong reads: an older state must not pass for the present one.
         */
        void look(int segments, PageSize pages) {
            AtomicInteger next = new AtomicInteger();
            try (Pool readers = Pool.unbounded("read");
                    Crew crew = new Crew("restore")) {
                for (int i = 0; i < segments; i++) {
                    crew.start(() -> look(new Segment(next.getAndIncrement(), segments), pages, readers));
                }
                crew.join();
            }
            present.seal();
        }

        private void look(Segment segment, PageSize pages, Pool readers) {
            int number = segment.index();
            if (saved != null) {
                for (long page = 0; page < saved.pages(number); page++) {
                    present.add(saved.page(number, page));
                }
                if (saved.done(number)) {
                    return;
                }
            }
            Count count = count(number);
            Key after = saved == null ? null : saved.after(number);
            if (saved != null) {
                List<Key> deleting = saved.deleting(number);
                delete(deleting, Set.copyOf(deleting), count);
            }
            try (Scan scan = new Scan(table, segment, after, Consistency.STRONG, pages, readers, saved != null)) {
                while (!scan.done()) {
                    Key before = scan.reached();
                    look(number, before, scan.next(), scan, count);
                    scan.goOn();
                }
            }
        }

        private void look(int number, @Nullable Key before, List<Item> page, Scan scan, Count count) {
            List<Key> extra = new ArrayList<>();
            ByteArrayOutputStream digests = new ByteArrayOutputStream();
            for (Item item : page) {
                Key key = keys.keyOf(item.attributes());
                if (merged.tellsOf(key)) {
                    digests.writeBytes(KeyFile.record(key, digest(item)));
                } else if (settings.deleteExtra()) {
                    extra.add(key);
                }
            }
            present.add(digests.toByteArray());
            if (saved != null) {
                saved.keep(number, digests.toByteArray());
                if (!extra.isEmpty()) {
                    saved.deleting(number, before, extra, count);
                }
            }
            delete(extra, Set.of(), count);
            if (saved != null) {
                saved.looked(number, scan.reached(), scan.done(), count);
            }
        }

        private static byte[] digest(Item item) {
            return Arrays.copyOf(Digest.SHA256.of(item.toCopy().canonical()), KeyFile.RANK);
        }

        private void delete(Collection<Key> extra, Set<Key> ours, Count count) {
            List<Key> all = List.copyOf(extra);
            for (int from = 0; from < all.size(); from += BATCH) {
                Map<Key, Optional<Item>> nothing = new HashMap<>();
                all.subList(from, Math.min(all.size(), from + BATCH))
                        .forEach(key -> nothing.put(key, Optional.empty()));
                sparing(nothing, count, (some, to) -> settle(some, ours, to));
            }
        }
    }

    private interface Settling {
        void run(Map<Key, Optional<Item>> items, Count count);
    }

    private interface BatchWork {
        /** @param ours keys that a killed run may have brought to where they are */
        void run(Map<Key, Optional<Item>> items, Set<Key> ours);
    }

    /** Gathers a file's states into batches. */
    private static final class Batches implements Merged.Taker {
        private final BatchWork work;
        private Map<Key, Optional<Item>> gathered = new HashMap<>();
        private Set<Key> ours = new HashSet<>();
        private long bytes;

        Batches(BatchWork work) {
            this.work = work;
        }

        @Override
        public void take(Key key, @Nullable Item item) {
            gather(key, item);
            if (full()) {
                end();
            }
        }

        void gather(Key key, @Nullable Item item) {
            gathered.put(key, Optional.ofNullable(item));
            bytes += item == null ? 0 : item.heap();
        }

        void ours(Key key) {
            ours.add(key);
        }

        boolean full() {
            return gathered.size() == BATCH || bytes > BATCH_BYTES;
        }

        @Override
        public void end() {
            if (!gathered.isEmpty()) {
                work.run(gathered, ours);
                gathered = new HashMap<>();
                ours = new HashSet<>();
                bytes = 0;
            }
        }
    }

    /** The same, each batch saved before it is begun, and with it that the one before is done. */
    private static final class SavedBatches implements Merged.Taker {
        private final SavedRestore saved;
        private final int part;
        private final Count count;
        private final Batches batches;
        private final long pending;
        private long done;
        private long reached;

        SavedBatches(SavedRestore saved, int part, Count count, Batches batches) {
            this.saved = saved;
            this.part = part;
            this.count = count;
            this.batches = batches;
            this.pending = saved.pending(part);
            this.done = saved.line(part);
            this.reached = done;
        }

        @Override
        public void take(Key key, @Nullable Item item) {
            throw new UnsupportedOperationException("needs to know the line");
        }

        /** A batch that a killed run had begun is taken by itself: what it finds right in it was that run's work. */
        @Override
        public void take(Key key, @Nullable Item item, long line) {
            if (reached > done && reached <= pending && line > pending) {
                flush();
            }
            batches.gather(key, item);
            if (line <= pending) {
                batches.ours(key);
            }
            reached = line;
            if (batches.full()) {
                flush();
            }
        }

        private void flush() {
            saved.lines(part, done, Math.max(reached, pending), count);
            batches.end();
            done = reached;
        }

        @Override
        public void end() {
            if (reached > done) {
                flush();
            }
            saved.done(saved.part(part), count);
        }
    }
}
