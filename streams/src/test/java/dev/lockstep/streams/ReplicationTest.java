package dev.lockstep.streams;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.itemOfBytes;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.change.Change;
import dev.lockstep.progress.Progress;
import dev.lockstep.replicate.Backlog;
import dev.lockstep.replicate.DeadLetterFile;
import dev.lockstep.replicate.DeadLetters;
import dev.lockstep.replicate.Destination;
import dev.lockstep.replicate.ReplacedException;
import dev.lockstep.replicate.StateRow;
import dev.lockstep.replicate.TableDestination;
import dev.lockstep.table.Item;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.work.Pool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** The service around a reader in memory: what must hold of the whole, whatever is away, slow or killed meanwhile. */
@Timeout(120)
class ReplicationTest {
    private static final KeySchema STATE =
            new KeySchema(new KeyAttribute(StateRow.ID, ScalarAttributeType.S), Optional.empty());

    private static final int KEYS = 2_500;
    private static final Duration SILENCE = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private final Pool writers = Pool.of("write", 8);
    private final MemoryTable primary = new MemoryTable("primary", BY_STRING);
    private final MemoryStream stream = new MemoryStream(primary);
    private final MemoryTable state = new MemoryTable("state", STATE);
    private final MemoryTable a = new MemoryTable("a", BY_STRING);
    private final MemoryTable b = new MemoryTable("b", BY_STRING);
    private final AtomicBoolean bIsAway = new AtomicBoolean();
    private final List<String> log = new CopyOnWriteArrayList<>();

    private DeadLetters deadLetters = DeadLetters.NONE;

    @AfterEach
    void close() {
        writers.close();
    }

    private static RetryingTable retrying(MemoryTable table) {
        return RetryingTable.over(table, RetryPolicy.BRIEF, RetryingTable.Listener.NONE);
    }

    private Target target(MemoryTable table, AtomicBoolean away) {
        Destination destination = new TableDestination(retrying(table), writers);
        Destination absent = new Destination() {
            @Override
            public String name() {
                return table.name();
            }

            @Override
            public List<Refused> apply(Collection<Change> changes) {
                if (away.get()) {
                    throw new LockstepException("BatchWriteItem", table.name(), "away", "", true, null);
                }
                return destination.apply(changes);
            }
        };
        RetryingTable whole =
                RetryingTable.over(new AwayTable(table, away), RetryPolicy.BRIEF, RetryingTable.Listener.NONE);
        return new Target(table.name(), absent, Optional.of(whole));
    }

    private Replication replication(
            boolean copyFirst, Optional<Verification.Settings> verification, Target... targets) {
        RetryingTable far = RetryingTable.over(
                new DistantTable(primary, Duration.ofMillis(10)), RetryPolicy.BRIEF, RetryingTable.Listener.NONE);
        Replication.Settings settings = new Replication.Settings(
                "test",
                copyFirst,
                false,
                false,
                Duration.ofMillis(50),
                SILENCE,
                Optional.of(Duration.ofMillis(300)),
                verification,
                RetryPolicy.BRIEF);
        Pin.require(retrying(state), "test", "stream", primary.id(), copyFirst);
        return new Replication(
                settings,
                far,
                List.of(targets),
                retrying(state),
                "worker-" + ThreadLocalRandom.current().nextInt(),
                deadLetters,
                writers,
                new Gauges(true, (lag, records) -> {}),
                Progress.NONE,
                found -> {},
                log::add);
    }

    private static Item version(String id, int v) {
        return item(id, "v", n("" + v));
    }

    private void write(Random random, int v) {
        String id = "k" + (random.nextInt(10) == 0 ? random.nextInt(10) : random.nextInt(KEYS));
        stream.write(key(id), random.nextInt(4) == 0 ? null : version(id, v));
    }

    /** Writes until told to stop, so slowly that what a mistake does to a key is seldom covered by the next change. */
    private final class Writer implements AutoCloseable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final Thread thread = new Thread(() -> {
            Random random = new Random(7);
            for (int v = 1; !stop.get(); v++) {
                write(random, v);
                if (v % 2 == 0) {
                    try {
                        TimeUnit.MILLISECONDS.sleep(1);
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            }
        });

        Writer() {
            thread.start();
        }

        @Override
        public void close() throws InterruptedException {
            stop.set(true);
            thread.join();
        }
    }

    @Test
    void a_first_copy_misses_nothing_that_is_written_meanwhile_however_often_it_is_cut_off() throws Exception {
        for (int i = 0; i < KEYS; i++) {
            primary.put(version("k" + i, i));
        }
        primary.pagesOf(20);
        var position = new MemoryStream.Position(stream.end());
        Random random = new Random(11);
        try (Writer writer = new Writer()) {
            for (int cut = 0; cut < 6; cut++) {
                Replication replication = replication(true, Optional.empty(), target(a, new AtomicBoolean()));
                Thread running = new Thread(() -> {
                    try {
                        replication.run(new MemoryStream.Reader(stream, replication, position));
                    } catch (CancelledException e) {
                        // That is what the interrupt is for.
                    }
                });
                running.start();
                TimeUnit.MILLISECONDS.sleep(20 + random.nextInt(150));
                running.interrupt();
                running.join();
            }
        }
        Replication last = replication(true, Optional.empty(), target(a, new AtomicBoolean()));
        last.run(new MemoryStream.Reader(stream, last, position));
        assertThat(a.items()).isEqualTo(primary.items());
        assertThat(state.items())
                .as("the backlog is worked off")
                .noneMatch(row -> StateRow.of(row).id().startsWith("backlog/"));
    }

    @Test
    void one_that_was_away_catches_up_and_the_others_did_not_wait() throws Exception {
        var position = new MemoryStream.Position(0);
        bIsAway.set(true);
        Replication replication =
                replication(false, Optional.empty(), target(a, new AtomicBoolean()), target(b, bIsAway));
        Thread running = new Thread(() -> replication.run(new MemoryStream.Reader(stream, replication, position)));
        running.start();
        Random random = new Random(3);
        for (int v = 1; v <= 3_000; v++) {
            write(random, v);
        }
        await().untilAsserted(() -> assertThat(a.items()).isEqualTo(primary.items()));
        assertThat(b.items()).isEmpty();
        bIsAway.set(false);
        for (int v = 3_001; v <= 4_000; v++) {
            write(random, v);
        }
        running.join(60_000);
        assertThat(running.isAlive()).isFalse();
        assertThat(b.items()).isEqualTo(primary.items());
        assertThat(log).anyMatch(line -> line.contains("b is away")).anyMatch(line -> line.contains("b is back"));
    }

    private void run(Replication replication) {
        replication.run(new MemoryStream.Reader(stream, replication, new MemoryStream.Position(stream.end())));
    }

    private Target replaced(Target target, AtomicBoolean anew) {
        return new Target(target.id(), target.destination(), target.table(), () -> {
            if (anew.get()) {
                throw new ReplacedException(target.name());
            }
        });
    }

    @Test
    void one_that_was_away_and_was_made_anew_is_not_called_back_but_stops_the_service() throws Exception {
        bIsAway.set(true);
        AtomicBoolean anew = new AtomicBoolean();
        Replication replication = replication(
                false, Optional.empty(), target(a, new AtomicBoolean()), replaced(target(b, bIsAway), anew));
        stream.write(key("x"), version("x", 1));
        Thread running = new Thread(() -> assertThatThrownBy(() ->
                        replication.run(new MemoryStream.Reader(stream, replication, new MemoryStream.Position(0))))
                .isInstanceOf(ReplacedException.class)
                .hasMessageContaining("--copy-first"));
        AtomicReference<Throwable> wrong = new AtomicReference<>();
        running.setUncaughtExceptionHandler((thread, e) -> wrong.set(e));
        running.start();
        await().until(() -> log.stream().anyMatch(line -> line.contains("b is away")));
        anew.set(true);
        bIsAway.set(false);
        running.join();
        assertThat(wrong).hasNullValue();
        assertThat(log).noneMatch(line -> line.contains("b is back"));
        assertThat(b.items()).isEmpty();
    }

    @Test
    void one_that_is_alone_and_was_made_anew_after_it_failed_stops_the_service() {
        bIsAway.set(true);
        Replication replication = replication(
                false, Optional.empty(), new Target("b", target(b, bIsAway).destination(), Optional.empty(), () -> {
                    bIsAway.set(false);
                    throw new ReplacedException("b");
                }));
        stream.write(key("x"), version("x", 1));
        assertThatThrownBy(() ->
                        replication.run(new MemoryStream.Reader(stream, replication, new MemoryStream.Position(0))))
                .isInstanceOf(ReplacedException.class);
        assertThat(b.items()).isEmpty();
    }

    /** A key in the backlog of b, which b will never take, and one that it will. */
    private Replication withAnItemThatBNeverTakes() {
        primary.put(version("x", 1)).put(itemOfBytes("odd", Item.MAX_BYTES + 1));
        Change change = new Change(key("odd"), Change.Effect.READ, null, "1", "1", 0, false);
        Change other = new Change(key("x"), Change.Effect.READ, null, "1", "1", 0, false);
        new Backlog(retrying(state), "b", BY_STRING, writers).note(List.of(change, other));
        return replication(false, Optional.empty(), target(a, new AtomicBoolean()), target(b, bIsAway));
    }

    @Test
    void what_a_destination_will_never_take_leaves_its_backlog_for_the_dead_letters() {
        Path letters = folder.resolve("letters");
        deadLetters = new DeadLetterFile(letters);
        Replication replication = withAnItemThatBNeverTakes();
        run(replication);
        assertThat(state.items()).noneMatch(row -> StateRow.of(row).id().startsWith("backlog/"));
        assertThat(b.items()).containsExactly(version("x", 1));
        assertThat(replication.replicator().counts().deadLetters()).isEqualTo(1);
        assertThat(DeadLetterFile.open(letters, BY_STRING)).singleElement().satisfies(letter -> {
            assertThat(letter.key()).contains(key("odd"));
            assertThat(letter.destination()).isEqualTo("b");
            assertThat(letter.error()).contains("size");
        });
        assertThat(letters).content().contains("NewImage");
    }

    @Test
    void without_a_place_for_dead_letters_what_a_destination_will_never_take_stops_the_service_and_stays_noted() {
        Replication replication = withAnItemThatBNeverTakes();
        assertThatThrownBy(() -> run(replication))
                .hasMessageContaining("an item of the backlog to b")
                .hasMessageContaining("--dead-letter");
        assertThat(state.items()).anyMatch(row -> StateRow.of(row).id().startsWith("backlog/"));
    }

    private void putAnItemThatNobodyTakes() {
        for (int i = 0; i < 30; i++) {
            primary.put(version("k" + i, i));
        }
        primary.put(itemOfBytes("odd", Item.MAX_BYTES + 1));
    }

    @Test
    void a_first_copy_leaves_what_a_destination_will_never_take_to_the_dead_letters() {
        List<DeadLetters.Letter> letters = new CopyOnWriteArrayList<>();
        deadLetters = letters::addAll;
        putAnItemThatNobodyTakes();
        run(replication(true, Optional.empty(), target(a, new AtomicBoolean())));
        assertThat(a.items()).hasSize(30);
        assertThat(letters).singleElement().satisfies(letter -> {
            assertThat(letter.record().json()).contains("odd");
            assertThat(letter.destination()).isEqualTo("a");
        });
    }

    @Test
    void without_a_place_for_dead_letters_a_first_copy_stops_there() {
        putAnItemThatNobodyTakes();
        assertThatThrownBy(() -> run(replication(true, Optional.empty(), target(a, new AtomicBoolean()))))
                .hasMessageContaining("an item of the first copy to a")
                .hasMessageContaining("--dead-letter");
    }

    @Test
    void a_destination_that_joins_later_is_copied_to_as_well_and_the_others_are_not_again() {
        primary.put(version("x", 1)).put(version("y", 1));
        Target first = target(a, new AtomicBoolean());
        run(replication(true, Optional.empty(), first));
        a.put(version("x", 2));
        run(replication(true, Optional.empty(), first, target(b, new AtomicBoolean())));
        assertThat(b.items()).isEqualTo(primary.items());
        assertThat(a.items()).contains(version("x", 2));
    }

    @Test
    void a_replica_that_was_made_anew_is_copied_to_anew() {
        primary.put(version("x", 1)).put(version("y", 1));
        run(replication(true, Optional.empty(), target(a, new AtomicBoolean())));
        MemoryTable anew = new MemoryTable("a", BY_STRING);
        Target target = target(anew, new AtomicBoolean());
        run(replication(true, Optional.empty(), new Target("another id", target.destination(), target.table())));
        assertThat(anew.items()).isEqualTo(primary.items());
    }

    @Test
    void one_that_joins_later_and_holds_items_is_refused_too() {
        Target first = target(a, new AtomicBoolean());
        run(replication(true, Optional.empty(), first));
        b.put(version("x", 1));
        assertThatThrownBy(() -> replication(true, Optional.empty(), first, target(b, new AtomicBoolean())))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("--overwrite");
    }

    private CopyState copies() {
        return new CopyState(retrying(state), BY_STRING);
    }

    private Roster roster(Target... targets) {
        return new Roster("test", retrying(state), List.of(targets), SILENCE);
    }

    @Test
    void a_process_with_other_destinations_is_refused_while_one_is_alive() throws Exception {
        Target first = target(a, new AtomicBoolean());
        Roster alive = roster(first);
        alive.join(copies(), false, log::add);
        AtomicBoolean stop = new AtomicBoolean();
        Thread beats = new Thread(() -> {
            while (!stop.get()) {
                alive.renew();
            }
        });
        beats.start();
        try {
            assertThatThrownBy(() -> replication(false, Optional.empty(), first, target(b, bIsAway)))
                    .isInstanceOf(InvalidSettingsException.class)
                    .hasMessageContaining("keeps a in step")
                    .hasMessageContaining("to keep a, b")
                    .hasMessageContaining("Stop the others first, or start with another --name");
            roster(first).join(copies(), false, log::add);
        } finally {
            stop.set(true);
            beats.join();
        }
    }

    @Test
    void a_running_service_says_that_it_is_alive() throws Exception {
        Target first = target(a, new AtomicBoolean());
        Replication replication = replication(false, Optional.empty(), first);
        AtomicBoolean goOn = new AtomicBoolean(true);
        MemoryStream.Reader reader = new MemoryStream.Reader(stream, replication, new MemoryStream.Position(0)) {
            @Override
            public boolean atTip() {
                return !goOn.get();
            }
        };
        Thread running = new Thread(() -> replication.run(reader));
        running.start();
        assertThatThrownBy(() -> roster(target(b, bIsAway)).join(copies(), false, log::add))
                .isInstanceOf(InvalidSettingsException.class);
        goOn.set(false);
        running.join();
    }

    @Test
    void when_nobody_is_alive_other_destinations_take_the_name_over_and_who_is_new_is_told() {
        Target first = target(a, new AtomicBoolean());
        Target second = target(b, bIsAway);
        Roster gone = roster(first);
        gone.join(copies(), false, log::add);
        roster(first, second).join(copies(), false, log::add);
        assertThat(log).anyMatch(line -> line.startsWith("b: new to the name test"));
        assertThatThrownBy(gone::renew).hasMessageContaining("it was taken over for a, b");
    }

    @Test
    void one_that_was_left_out_for_a_while_is_copied_to_again() {
        primary.put(version("x", 1));
        Target first = target(a, new AtomicBoolean());
        Target second = target(b, bIsAway);
        run(replication(true, Optional.empty(), first, second));
        run(replication(false, Optional.empty(), first));
        primary.put(version("y", 1));
        assertThatThrownBy(() -> replication(true, Optional.empty(), first, second))
                .hasMessageContaining("--overwrite");
    }

    @Test
    void a_copy_into_a_table_that_holds_items_is_refused() {
        a.put(version("x", 1));
        assertThatThrownBy(() -> replication(true, Optional.empty(), target(a, new AtomicBoolean())))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("--overwrite");
    }

    @Test
    void a_clock_that_goes_ahead_loses_no_change() {
        state.put(Item.of(StateRow.named("pin")
                .with("stream", "stream")
                .with("table", primary.id())
                .with("latest", 1)
                .with("at", System.currentTimeMillis() + Duration.ofHours(1).toMillis())
                .put(STATE)
                .after()
                .attributes()));
        Replication replication = replication(false, Optional.empty(), target(a, new AtomicBoolean()));
        stream.write(key("x"), version("x", 1));
        replication.run(new MemoryStream.Reader(stream, replication, new MemoryStream.Position(0)));
        assertThat(a.items()).isEqualTo(primary.items());
    }

    @Test
    void a_name_belongs_to_one_stream() {
        Pin.require(retrying(state), "test", "stream", primary.id(), false);
        assertThatThrownBy(() -> Pin.require(retrying(state), "test", "stream/2", primary.id(), false))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("another --name");
        assertThatThrownBy(() -> Pin.require(retrying(state), "test", "stream", "another table", false))
                .isInstanceOf(InvalidSettingsException.class);
    }

    @Test
    void drift_is_found_and_repaired_while_it_runs() throws Exception {
        for (int i = 0; i < 100; i++) {
            primary.put(version("k" + i, i));
            a.put(version("k" + i, i == 7 ? 99 : i));
        }
        var settings = new Verification.Settings(Duration.ofHours(1), true, Optional.of(1e6), folder, Duration.ZERO);
        Replication replication = replication(false, Optional.of(settings), target(a, new AtomicBoolean()));
        Thread running = new Thread(
                () -> replication.run(new MemoryStream.Reader(stream, replication, new MemoryStream.Position(0))));
        running.start();
        await().until(() -> replication.lastVerification().isPresent());
        running.join();
        var counts = replication
                .lastVerification()
                .get()
                .result()
                .orElseThrow()
                .replicas()
                .get(0)
                .counts();
        assertThat(counts.different()).isEqualTo(1);
        assertThat(counts.repaired()).isEqualTo(1);
        assertThat(log).anyMatch(line -> line.endsWith("0 missing, 1 different, 0 extra; 1 repaired"));
        assertThat(a.items()).isEqualTo(primary.items());
    }

    @Test
    void a_job_has_one_holder_and_is_taken_over_when_he_falls_silent() throws Exception {
        Claim first = new Claim(retrying(state), "job", "one", Duration.ofMillis(300));
        Claim second = new Claim(retrying(state), "job", "two", Duration.ofMillis(300));
        assertThat(first.hold()).isTrue();
        assertThat(second.hold()).isFalse();
        assertThat(first.hold()).isTrue();
        List<Boolean> tries = new ArrayList<>();
        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            tries.add(second.hold());
            return tries.get(tries.size() - 1);
        });
        assertThat(tries.size()).isGreaterThan(3);
        assertThat(first.hold()).isFalse();
        second.release();
        assertThat(first.hold()).isTrue();
    }
}
