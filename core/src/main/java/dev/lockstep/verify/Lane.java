package dev.lockstep.verify;

import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.progress.Progress;
import dev.lockstep.scan.HeapPlan;
import dev.lockstep.scan.PageSize;
import dev.lockstep.scan.Scan;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table;
import dev.lockstep.verify.DiffResult.Counts;
import dev.lockstep.verify.Repair.State;
import dev.lockstep.verify.Suspect.Sight;
import dev.lockstep.work.Pool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One replica in a run: its suspects, who looks at them, its counts and its journal. Thread-safe. */
final class Lane implements AutoCloseable {
    /** What waits is in each document of a checkpoint, as keys: at most some megabytes of them. */
    private static final long SAVED_QUEUE = 4L << 20;

    private static final long SAVED_WINDOW = 64L << 20;

    private final RetryingTable primary;
    private final RetryingTable replica;
    private final DiffSettings settings;
    private final HeapPlan plan;
    private final UndoLog undoLog;
    private final Pool writers;
    private final Progress progress;
    private final Comparison comparison;
    private final PageSize pages;
    private final SuspectQueue queue;
    private final Ledger ledger;
    private final long windowBytes;
    private final Optional<JournalFile> journal;
    private final Recheck recheck;
    private final Matcher.Order order = new Matcher.Order();
    private final Map<Integer, Tally> tallies = new ConcurrentHashMap<>();
    private List<Suspect> restored = List.of();

    Lane(
            RetryingTable primary,
            RetryingTable replica,
            DiffSettings settings,
            HeapPlan plan,
            UndoLog undoLog,
            Pool writers,
            Progress progress,
            Consumer<Discrepancy> findings,
            @Nullable Checkpoint checkpoint) {
        this.primary = primary;
        this.replica = replica;
        this.settings = settings;
        this.plan = plan;
        this.undoLog = undoLog;
        this.writers = writers;
        this.progress = progress;
        this.comparison = new Comparison(settings.ignored(), settings.comparison());
        this.pages = new PageSize(plan.pageBytes());
        this.ledger = new Ledger(checkpoint);
        long queueBytes = checkpoint == null ? plan.queueBytes() : Math.min(plan.queueBytes(), SAVED_QUEUE);
        this.windowBytes = checkpoint == null ? plan.windowBytes() : Math.min(plan.windowBytes(), SAVED_WINDOW);
        this.queue = new SuspectQueue(settings.settle(), queueBytes, plan.batchBytes());
        this.journal = settings.repair().writes()
                ? settings.journal().map(folder -> JournalFile.create(folder, primary, replica))
                : Optional.empty();
        this.recheck = new Recheck(
                primary,
                replica,
                comparison,
                journal.map(this::repair).orElse(null),
                settings.settle(),
                queue,
                ledger,
                findings);
    }

    private Repair repair(RepairJournal to) {
        return new Repair(primary, replica, comparison, settings.repair(), to, undoLog, writers);
    }

    RetryingTable replica() {
        return replica;
    }

    PageSize pages() {
        return pages;
    }

    SuspectQueue queue() {
        return queue;
    }

    Recheck recheck() {
        return recheck;
    }

    /** @param tally the counts go to the tally of this number */
    Finds finds(int tally) {
        return Finds.direct(queue, tally(tally));
    }

    /** The same, told to the checkpoint with the pages. */
    Finds.Staged staged(int tally) {
        return new Finds.Staged(queue, ledger, tally(tally));
    }

    Matcher matcher(Scan scan, Finds finds) {
        return new Matcher(primary, replica, scan, comparison, finds, order, windowBytes, plan.batchBytes());
    }

    private Tally tally(int number) {
        return tallies.computeIfAbsent(number, Tally::new);
    }

    /** For the checkpoint, while nothing is told to it. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("replica", replica.name());
        ObjectNode counts = json.putObject("tallies");
        tallies.forEach(
                (number, tally) -> counts.set("" + number, tally.counts().json()));
        json.set("open", ledger.json());
        return json;
    }

    /** Goes on from what {@link #json} was. */
    void restore(JsonNode json) throws MalformedItemException {
        json.path("tallies")
                .properties()
                .forEach(t -> tally(Integer.parseInt(t.getKey())).add(Counts.of(t.getValue())));
        restored = ledger.restore(json.path("open"), replica.keys(), queue, this::tally);
    }

    /** Lets suspects of the run before be looked at; waits for room. */
    void suspectRestored() {
        restored.forEach(queue::add);
        restored = List.of();
    }

    /** Lets these keys be looked at, and no others. */
    void suspectAll(Collection<Key> keys) {
        Tally tally = tally(0);
        keys.forEach(key -> queue.add(new Suspect(key, true, Sight.NONE, Item.MAX_BYTES, System.nanoTime(), 0, tally)));
        queue.end();
    }

    /** Brings to an end what interrupted repairs of these two tables left in their journals, or says that it is there. */
    void settleLeftBehind() {
        settings.journal()
                .ifPresent(folder ->
                        JournalFile.leftBehind(folder, primary, replica).forEach(this::settleLeftBehind));
    }

    private void settleLeftBehind(JournalFile left) {
        try (left) {
            List<Key> keys = new ArrayList<>(left.pending());
            if (keys.isEmpty()) {
                return;
            }
            if (!settings.repair().writes()) {
                progress.warning("an interrupted repair of " + replica.name() + " left " + keys.size()
                        + " keys to settle; a run with --repair settles them first (" + left.path() + ")");
                return;
            }
            Repair repair = repair(left);
            long unsettled = 0;
            for (int i = 0; i < keys.size(); i += Table.MAX_WRITE) {
                List<Key> some = keys.subList(i, Math.min(keys.size(), i + Table.MAX_WRITE));
                unsettled += repair.resume(some).values().stream()
                        .filter(o -> o.state() == State.UNSETTLED)
                        .count();
            }
            progress.warning("settled " + (keys.size() - unsettled) + " of " + keys.size()
                    + " keys that an interrupted repair of " + replica.name() + " had left");
        }
    }

    DiffResult.Replica result() {
        Counts all = tallies.values().stream().map(Tally::counts).reduce(new Counts(0, 0, 0, 0, 0, 0), Counts::plus);
        return new DiffResult.Replica(replica.name(), all);
    }

    /** For a sample: the counts of each of its segments. */
    List<Counts> countsBySegment(int segments) {
        List<Counts> counts = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
            counts.add(tally(i).counts());
        }
        return counts;
    }

    @Override
    public void close() {
        journal.ifPresent(JournalFile::close);
    }
}
