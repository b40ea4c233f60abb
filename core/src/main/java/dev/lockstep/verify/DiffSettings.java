package dev.lockstep.verify;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.Segment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How to compare, and whether to repair. {@link #DEFAULT} compares whole tables, counts differences that last 5 seconds,
 * and writes nothing. Immutable; each {@code with…} gives a changed copy and throws {@link InvalidSettingsException}
 * where a value cannot be.
 */
public final class DiffSettings {
    public static final DiffSettings DEFAULT = new DiffSettings();

    private OptionalInt segments = OptionalInt.empty();
    private OptionalInt onlySegment = OptionalInt.empty();
    private int parallel = 8;
    private Optional<Key> startingKey = Optional.empty();
    private Optional<Double> sample = Optional.empty();
    private Set<String> ignored = Set.of();
    private ItemComparison comparison = ItemComparison.EXACT;
    private Duration settle = Duration.ofSeconds(5);
    private RepairPolicy repair = RepairPolicy.NOTHING;
    private Optional<Path> journal = Optional.empty();
    private Optional<Path> undoLog = Optional.empty();
    private RetryPolicy retry = RetryPolicy.DEFAULT;
    private long heap = Runtime.getRuntime().maxMemory();

    private DiffSettings() {}

    private DiffSettings with(Consumer<DiffSettings> change) {
        DiffSettings copy = new DiffSettings();
        copy.segments = segments;
        copy.onlySegment = onlySegment;
        copy.parallel = parallel;
        copy.startingKey = startingKey;
        copy.sample = sample;
        copy.ignored = ignored;
        copy.comparison = comparison;
        copy.settle = settle;
        copy.repair = repair;
        copy.journal = journal;
        copy.undoLog = undoLog;
        copy.retry = retry;
        copy.heap = heap;
        change.accept(copy);
        copy.check();
        return copy;
    }

    private void check() {
        require(parallel >= 1 && parallel <= 1000, "parallel", "it must be between 1 and 1000");
        require(!settle.isNegative(), "settle", "it may not be negative");
        segments.ifPresent(total -> new Segment(onlySegment.orElse(0), total));
        boolean single = onlySegment.isPresent() || segments.orElse(1) == 1;
        require(startingKey.isEmpty() || single, "starting key", "it needs a single segment, not several");
        boolean whole = startingKey.isEmpty() && segments.isEmpty();
        require(sample.isEmpty() || whole, "sample", "it chooses its segments by itself");
        require(sample.orElse(1.0) > 0 && sample.orElse(1.0) <= 1, "sample", "it must be above 0 % and at most 100 %");
        require(!repair.writes() || journal.isPresent(), "repair", "it needs a folder for its journal");
    }

    private static void require(boolean holds, String setting, String problem) {
        if (!holds) {
            throw new InvalidSettingsException("check", "the setting '" + setting + "'", problem, "");
        }
    }

    /** Into how many parts the tables are divided, 1 to 1,000,000. By default this follows from their size. */
    public DiffSettings withSegments(int total) {
        return with(s -> s.segments = OptionalInt.of(total));
    }

    /** Only this one of so many parts, counted from 0: to spread a job over machines. */
    public DiffSettings withOnlySegment(int index, int total) {
        return with(s -> {
            s.segments = OptionalInt.of(total);
            s.onlySegment = OptionalInt.of(index);
        });
    }

    /** Segments read at once, 8 by default; fewer where the heap is small. */
    public DiffSettings withParallel(int atOnce) {
        return with(s -> s.parallel = atOnce);
    }

    /** Begins after this key, in scan order; needs a single segment. */
    public DiffSettings withStartingKey(Key key) {
        return with(s -> s.startingKey = Optional.of(key));
    }

    /** Only random segments that make up this part of the tables, above 0 and at most 1. */
    public DiffSettings withSample(double fraction) {
        return with(s -> s.sample = Optional.of(fraction));
    }

    /** Attributes that may differ; a repair leaves the replica's values of them. */
    public DiffSettings withIgnored(Set<String> names) {
        return with(s -> s.ignored = Set.copyOf(names));
    }

    /** When two items that are not equal by value count as equal all the same; a repair then leaves them as they are. */
    public DiffSettings withComparison(ItemComparison laxer) {
        return with(s -> s.comparison = laxer);
    }

    /** How long a difference must last to count, 5 seconds by default: longer than the replication's usual lag. */
    public DiffSettings withSettle(Duration time) {
        return with(s -> s.settle = time);
    }

    /** Lets differences be repaired. */
    public DiffSettings withRepair(RepairPolicy policy) {
        return with(s -> s.repair = policy);
    }

    /** The folder of the repair journals; where something may be written it must be there. */
    public DiffSettings withJournal(Path folder) {
        return with(s -> s.journal = Optional.of(folder));
    }

    /** A file that takes what a repair replaces, for {@link Undo}. */
    public DiffSettings withUndoLog(Path file) {
        return with(s -> s.undoLog = Optional.of(file));
    }

    /** How calls to the tables are tried again. */
    public DiffSettings withRetry(RetryPolicy policy) {
        return with(s -> s.retry = policy);
    }

    /** The heap to plan for, in bytes: what the JVM may use, unless a test wants it small. */
    DiffSettings withHeap(long bytes) {
        return with(s -> s.heap = bytes);
    }

    OptionalInt segments() {
        return segments;
    }

    OptionalInt onlySegment() {
        return onlySegment;
    }

    int parallel() {
        return parallel;
    }

    Optional<Key> startingKey() {
        return startingKey;
    }

    Optional<Double> sample() {
        return sample;
    }

    Set<String> ignored() {
        return ignored;
    }

    ItemComparison comparison() {
        return comparison;
    }

    Duration settle() {
        return settle;
    }

    RepairPolicy repair() {
        return repair;
    }

    Optional<Path> journal() {
        return journal;
    }

    Optional<Path> undoLog() {
        return undoLog;
    }

    RetryPolicy retry() {
        return retry;
    }

    long heap() {
        return heap;
    }
}
