package dev.lockstep.verify;

import static dev.lockstep.verify.Fixtures.BY_ID;
import static dev.lockstep.verify.Fixtures.item;
import static dev.lockstep.verify.Fixtures.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.TestDynamo;
import dev.lockstep.table.Write;
import dev.lockstep.verify.Discrepancy.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Comparing and repairing while a writer and a replicator are at work on both tables. */
class LiveDiffTest {
    private static final int ITEMS = 3_000;
    private static final int FAULTS = 60;
    /** Keys from here on are written to during the run; the planted faults lie below. */
    private static final int BUSY = 1_000;

    private static final Duration LAG = Duration.ofMillis(60);
    /** Changes on their way at most. */
    private static final int BEHIND = 20;

    @TempDir
    Path folder;

    private final Table primary = whole("live-primary");
    private final Table replica = whole("live-replica");
    private volatile boolean stop;

    private static Table whole(String name) {
        DynamoTable table = TestDynamo.shared().table(name, BY_ID);
        return RetryingTable.over(table, RetryPolicy.DEFAULT, RetryingTable.Listener.NONE);
    }

    private record Change(Write write, long due) implements Delayed {
        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(due, ((Change) other).due);
        }
    }

    @Test
    void exactly_the_planted_faults_are_found_and_repaired_and_nothing_newer_is_undone() throws Exception {
        Map<Key, Kind> planted = plant();
        BlockingQueue<Change> stream = new DelayQueue<>();
        Thread writer = new Thread(() -> write(stream));
        Thread replicator = new Thread(() -> replicate(stream));
        writer.start();
        replicator.start();

        Map<Key, Kind> reported = new ConcurrentHashMap<>();
        DiffSettings settings = DiffSettings.DEFAULT
                .withSettle(Duration.ofSeconds(2))
                .withJournal(folder)
                .withRepair(RepairPolicy.EVERYTHING);
        List<DiffResult.Counts> counts = new ArrayList<>();
        Diff diff = new Diff(primary, List.of(replica), settings);
        counts.add(diff.run(found -> reported.put(found.key(), found.kind()))
                .replicas()
                .get(0)
                .counts());
        counts.add(diff.run(found -> reported.put(found.key(), found.kind()))
                .replicas()
                .get(0)
                .counts());
        stop = true;
        writer.join();
        replicator.join();

        assertThat(reported).isEqualTo(planted);
        assertThat(counts.get(0).repaired()).isEqualTo(planted.size());
        assertThat(counts.get(1).repaired())
                .as("nothing is left for the second run")
                .isZero();
        assertThat(contents(replica)).isEqualTo(contents(primary));
    }

    private Map<Key, Kind> plant() {
        List<Write> both = new ArrayList<>();
        List<Write> broken = new ArrayList<>();
        Map<Key, Kind> planted = new HashMap<>();
        for (int i = 0; i < ITEMS; i++) {
            both.add(Write.making(key(i), item(i, "a")));
        }
        for (int i = 0; i < FAULTS; i++) {
            broken.add(new Write.Delete(key(i)));
            planted.put(key(i), Kind.MISSING);
            broken.add(Write.making(key(100 + i), item(100 + i, "broken")));
            planted.put(key(100 + i), Kind.DIFFERENT);
            broken.add(Write.making(key(100_000 + i), item(100_000 + i, "extra")));
            planted.put(key(100_000 + i), Kind.EXTRA);
        }
        primary.write(both);
        replica.write(both);
        replica.write(broken);
        return planted;
    }

    /** Inserts, updates and deletes; each key at most every so often, as most tables see it. */
    private void write(BlockingQueue<Change> stream) {
        Random random = new Random(7);
        for (int n = 0; !stop; n++) {
            awaitRoom(stream);
            int number = BUSY + random.nextInt(2 * (ITEMS - BUSY));
            Write write = random.nextInt(4) == 0
                    ? new Write.Delete(key(number))
                    : Write.making(key(number), item("item-" + number, Map.of("v", AttributeValue.fromS("w" + n))));
            primary.write(List.of(write));
            stream.add(new Change(write, System.nanoTime() + LAG.toNanos()));
        }
    }

    /** A replicator that falls ever further behind is not in step after any time. */
    private void awaitRoom(BlockingQueue<Change> stream) {
        while (stream.size() > BEHIND && !stop) {
            Thread.yield();
        }
    }

    private void replicate(BlockingQueue<Change> stream) {
        try {
            while (!stop || !stream.isEmpty()) {
                Change change = stream.poll(100, TimeUnit.MILLISECONDS);
                if (change != null) {
                    replica.write(List.of(change.write()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<Key, Item> contents(Table table) {
        Map<Key, Item> items = new HashMap<>();
        Key next = null;
        do {
            Table.Page page = table.scan(new Segment(0, 1), next, 0, Consistency.STRONG);
            page.items().forEach(i -> items.put(table.keys().keyOf(i.attributes()), i));
            next = page.next();
        } while (next != null);
        return items;
    }
}
