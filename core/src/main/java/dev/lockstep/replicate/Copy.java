package dev.lockstep.replicate;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.progress.Progress;
import dev.lockstep.scan.HeapPlan;
import dev.lockstep.scan.PageSize;
import dev.lockstep.scan.Scan;
import dev.lockstep.table.InvalidItemException;
import dev.lockstep.table.Item;
import dev.lockstep.table.Pairing;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import dev.lockstep.work.Crew;
import dev.lockstep.work.Pool;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Copies every item of a table into others, and into folders of items, the primary read once for all of them.
 *
 * <p>The writes carry no condition: an item that a destination holds at the same key is replaced, and what is written to
 * the primary while the copy runs may be missed. So a destination must be empty unless the settings say otherwise; a
 * replica that is in use is brought into step by {@code Diff} with a repair. To cancel, interrupt the thread that runs it;
 * running it again starts anew and does no harm;
 * with a checkpoint it goes on.
 */
public final class Copy {
    /** The problem of a destination that holds items and may not be overwritten. */
    public static final String NOT_EMPTY = "it holds items, and a copy writes over them blindly";

    private static final int WRITES_PER_SEGMENT = 4;
    private static final long BYTES_PER_SEGMENT = 256L << 20;

    private final RetryingTable primary;
    private final List<CopyTarget> destinations;
    private final CopySettings settings;
    private final Progress progress;
    private final CopyCheckpoint checkpoint;
    private final Refusals refusals;

    /** Is told of items that a destination will never take; the others are copied. Thread-safe. */
    public interface Refusals {
        /** @throws LockstepException where that ends the copy */
        void refused(String destination, Write write, InvalidItemException reason);

        /** The first one ends the copy. */
        Refusals STOP = (destination, write, reason) -> {
            throw reason;
        };
    }

    /**
     * @param read items of the primary
     * @param written items written, over all destinations
     */
    public record Result(long read, long written) {}

    /** @throws InvalidSettingsException where the tables do not fit each other */
    public Copy(Table primary, List<? extends Table> destinations, CopySettings settings, Progress progress) {
        this(primary, destinations, settings, progress, CopyCheckpoint.NONE);
    }

    /** @throws InvalidSettingsException where the tables do not fit each other */
    public Copy(
            Table primary,
            List<? extends Table> destinations,
            CopySettings settings,
            Progress progress,
            CopyCheckpoint checkpoint) {
        this(primary, destinations, List.of(), settings, progress, checkpoint);
    }

    /** @throws InvalidSettingsException where the tables do not fit each other, or a folder is named twice */
    public Copy(
            Table primary,
            List<? extends Table> tables,
            List<FolderDestination> folders,
            CopySettings settings,
            Progress progress,
            CopyCheckpoint checkpoint) {
        this(primary, tables, folders, settings, progress, checkpoint, Refusals.STOP);
    }

    /** @throws InvalidSettingsException where the tables do not fit each other, or a folder is named twice */
    public Copy(
            Table primary,
            List<? extends Table> tables,
            List<FolderDestination> folders,
            CopySettings settings,
            Progress progress,
            CopyCheckpoint checkpoint,
            Refusals refusals) {
        if (folders.isEmpty() || !tables.isEmpty()) {
            Pairing.check("copy", primary, tables);
        }
        requireDifferent(folders);
        this.primary = RetryingTable.over(primary, settings.retry(), progress);
        this.destinations = Stream.concat(
                        tables.stream().map(t -> CopyTarget.of(RetryingTable.over(t, settings.retry(), progress))),
                        folders.stream())
                .toList();
        this.settings = settings;
        this.progress = progress;
        this.checkpoint = checkpoint;
        this.refusals = refusals;
    }

    /** A folder takes an item a request, so it needs more of them under way than tables do. */
    private int writesAtOnce() {
        boolean single = destinations.stream().anyMatch(destination -> destination.batch() == 1);
        return Math.max(WRITES_PER_SEGMENT * settings.parallel(), single ? ItemFolder.MAX_CALLS : 0);
    }

    private static void requireDifferent(List<FolderDestination> folders) {
        Set<String> names = new HashSet<>();
        for (FolderDestination folder : folders) {
            if (!names.add(folder.name())) {
                throw new InvalidSettingsException("copy", folder.name(), "it is named twice", "");
            }
        }
    }

    /**
     * @throws InvalidSettingsException where a destination holds items and may not be overwritten; nothing was written
     * @throws LockstepException where a table failed for good; what was copied stays
     * @throws CancelledException where the calling thread was interrupted
     */
    public Result run() {
        if (!settings.overwrite() && !checkpoint.begun()) {
            destinations.forEach(Copy::requireEmpty);
        }
        progress.expecting(primary.size().items());
        HeapPlan plan = HeapPlan.of(Runtime.getRuntime().maxMemory(), destinations.size(), settings.parallel());
        try (Pool readers = Pool.unbounded("read");
                Pool writers = Pool.of("write", writesAtOnce());
                Crew crew = new Crew("copy")) {
            return new Run(plan, readers, writers).run(crew);
        }
    }

    private static void requireEmpty(CopyTarget destination) {
        if (destination.holdsItems()) {
            throw new InvalidSettingsException(
                    "copy",
                    destination.name(),
                    NOT_EMPTY,
                    "Say --overwrite if that is meant; for a replica table in use say diff --repair");
        }
    }

    private final class Run {
        private final PageSize pages;
        private final HeapPlan plan;
        private final Pool readers;
        private final Pool writers;
        private final LongAdder read = new LongAdder();
        private final LongAdder written = new LongAdder();

        Run(HeapPlan plan, Pool readers, Pool writers) {
            this.plan = plan;
            this.pages = new PageSize(plan.pageBytes());
            this.readers = readers;
            this.writers = writers;
        }

        Result run(Crew crew) {
            List<Segment> only = settings.onlySegment().map(List::of).orElse(List.of());
            int total = checkpoint.begin(settings.segments().orElseGet(this::bySize));
            read.add(checkpoint.itemsOfOthers());
            written.add(checkpoint.itemsOfOthers() * destinations.size());
            progress.read(checkpoint.itemsOfOthers());
            int count = only.isEmpty() ? total : 1;
            AtomicInteger next = new AtomicInteger();
            for (int i = 0; i < Math.min(plan.parallel(), count); i++) {
                crew.start(() -> {
                    for (int s = next.getAndIncrement(); s < count; s = next.getAndIncrement()) {
                        copy(only.isEmpty() ? new Segment(s, total) : only.get(0));
                    }
                });
            }
            crew.join();
            checkpoint.finish();
            return new Result(read.sum(), written.sum());
        }

        private int bySize() {
            long wanted = Math.max(settings.parallel(), primary.size().bytes() / BYTES_PER_SEGMENT);
            return (int) Math.min(Segment.MAX_TOTAL, wanted);
        }

        private void copy(Segment segment) {
            CopyCheckpoint.Position from = checkpoint.of(segment);
            progress.read(from.items());
            read.add(from.items());
            written.add(from.items() * destinations.size());
            if (from.done()) {
                return;
            }
            long items = from.items();
            boolean saved = checkpoint != CopyCheckpoint.NONE;
            try (Scan scan = new Scan(primary, segment, from.after(), settings.reads(), pages, readers, saved)) {
                while (!scan.done()) {
                    List<Item> page = scan.next();
                    read.add(page.size());
                    writers.all(batches(page));
                    written.add((long) page.size() * destinations.size());
                    progress.read(page.size());
                    items += page.size();
                    checkpoint.copied(segment, new CopyCheckpoint.Position(scan.done(), scan.reached(), items));
                    scan.goOn();
                }
            }
        }

        private List<Supplier<Boolean>> batches(List<Item> page) {
            if (settings.dryRun()) {
                return List.of();
            }
            List<Write> writes = page.stream()
                    .map(item -> Write.making(primary.keys().keyOf(item.attributes()), item.toCopy()))
                    .toList();
            List<Supplier<Boolean>> calls = new ArrayList<>();
            for (CopyTarget destination : destinations) {
                for (int from = 0; from < writes.size(); from += destination.batch()) {
                    List<Write> some = writes.subList(from, Math.min(writes.size(), from + destination.batch()));
                    calls.add(() -> {
                        write(destination, some);
                        return true;
                    });
                }
            }
            return calls;
        }

        /** One faulty item makes DynamoDB refuse the whole request; halving finds it, and the others are written. */
        private void write(CopyTarget destination, List<Write> some) {
            try {
                destination.write(some);
            } catch (InvalidItemException e) {
                if (some.size() == 1) {
                    refusals.refused(destination.name(), some.get(0), e);
                } else {
                    write(destination, some.subList(0, some.size() / 2));
                    write(destination, some.subList(some.size() / 2, some.size()));
                }
            }
        }
    }
}
