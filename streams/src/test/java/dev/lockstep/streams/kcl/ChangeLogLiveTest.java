package dev.lockstep.streams.kcl;

import static dev.lockstep.table.TestItems.BY_STRING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.backup.ChangeLog;
import dev.lockstep.backup.ChangeLogWriter;
import dev.lockstep.backup.Lineage;
import dev.lockstep.backup.MemorySource;
import dev.lockstep.backup.Merged;
import dev.lockstep.backup.PointInTime;
import dev.lockstep.backup.ReadSettings;
import dev.lockstep.local.streams.ManualClock;
import dev.lockstep.objects.MemoryObjects;
import dev.lockstep.objects.ObjectReader;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectWriter;
import dev.lockstep.progress.Progress;
import dev.lockstep.streams.LogWork;
import dev.lockstep.streams.kcl.WorkerSettings.Start;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.work.Pool;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The change log as the real reader writes it, from a stream with the shards and times of AWS's. */
class ChangeLogLiveTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectRef PREFIX = ObjectRef.parse("s3://bucket/backup");

    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    private final FakeRig fake = new FakeRig(clock);
    private final Bucket bucket = new Bucket();
    private final Pool calls = Pool.of("calls", 4);
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final List<Event> events = new ArrayList<>();

    /** What was written, and when by the stream's clock. */
    private record Event(long second, Key key, @Nullable Item item) {}

    @AfterEach
    void close() {
        fake.close();
        calls.close();
    }

    /** A bucket that can be away, and before which the writer can be killed. */
    private static final class Bucket implements ObjectStore {
        private final MemoryObjects objects = new MemoryObjects("bucket");
        private volatile boolean away;
        /** Nothing of a killed process is written any more, whichever of its threads was hit first. */
        private volatile boolean dead;

        private final AtomicInteger killAfterFiles = new AtomicInteger(Integer.MAX_VALUE);

        @Override
        public String name() {
            return objects.name();
        }

        @Override
        public boolean put(String key, byte[] content, Options options) {
            require();
            boolean put = objects.put(key, content, options);
            if (key.endsWith(".gz") && killAfterFiles.decrementAndGet() == 0) {
                dead = true;
                throw new Killed();
            }
            return put;
        }

        private void require() {
            if (dead) {
                throw new Killed();
            }
            if (away) {
                throw new LockstepException("PutObject", name(), "SlowDown", "", true, null);
            }
        }

        @Override
        public Optional<StoredObject> get(String key) {
            require();
            return objects.get(key);
        }

        @Override
        public void delete(String key) {
            objects.delete(key);
        }

        @Override
        public ObjectWriter create(String key, Options options) {
            return objects.create(key, options);
        }

        @Override
        public Optional<ObjectReader> open(String key, @Nullable String ifMatch) {
            return objects.open(key, ifMatch);
        }

        @Override
        public VersionPage versions(String prefix, @Nullable VersionMark next) {
            return objects.versions(prefix, next);
        }

        @Override
        public Optional<StoredObject> get(String key, String versionId) {
            return objects.get(key, versionId);
        }

        @Override
        public boolean keepsVersions() {
            return objects.keepsVersions();
        }

        @Override
        public Page page(String prefix, String after, @Nullable String next) {
            require();
            return objects.page(prefix, after, next);
        }
    }

    /** After the file is written, before anything else is. */
    private static final class Killed extends Error {}

    private Running start(String name) {
        bucket.dead = false;
        ChangeLogWriter log = new ChangeLogWriter(
                bucket,
                PREFIX,
                "orders",
                "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
                "",
                fake.streams.arn(),
                BY_STRING,
                Duration.ofMillis(1),
                said::add);
        LogWork work = new LogWork(List.of(log), fake.source()::lineage, clock, true, said::add);
        work.begin();
        WorkerSettings settings = WorkerSettings.of(name, Start.TRIM_HORIZON)
                .withPoll(Duration.ofMillis(30), Duration.ofMillis(20))
                .withGrace(Duration.ofSeconds(2));
        return fake.start(settings, work);
    }

    private ChangeLog log() {
        return ChangeLog.open(bucket, PREFIX, "orders", calls);
    }

    private void write(String id, @Nullable Item item) {
        Map<String, AttributeValue> key = Map.of("id", AttributeValue.fromS(id));
        boolean changed = item == null ? fake.streams.delete(key) : fake.streams.put(item.attributes());
        if (changed) {
            events.add(new Event(clock.instant().getEpochSecond(), BY_STRING.keyOf(key), item));
        }
    }

    private static Item version(String id, int version) {
        return Item.of(Map.of("id", AttributeValue.fromS(id), "v", AttributeValue.fromN("" + version)));
    }

    /** The table at the end of that second, by the model. */
    private Map<Key, Item> model(long second) {
        Map<Key, Item> items = new HashMap<>();
        events.stream().filter(event -> event.second() <= second).forEach(event -> {
            if (event.item() == null) {
                items.remove(event.key());
            } else {
                items.put(event.key(), event.item());
            }
        });
        return items;
    }

    private Map<Key, Item> rebuilt(PointInTime source) {
        Map<Key, Item> found = new HashMap<>();
        try (Merged merged = Merged.prove(source, BY_STRING, any -> true, new ReadSettings(1, folder), Progress.NONE)) {
            merged.each(() -> new Merged.Taker() {
                @Override
                public void take(Key key, @Nullable Item item) {
                    if (item != null) {
                        found.put(key, item);
                    }
                }

                @Override
                public void end() {}
            });
        }
        return found;
    }

    /** Time goes on, and the log comes to tell of it. */
    private void awaitLog(Instant upTo) {
        clock.advance(Duration.ofSeconds(30));
        await().atMost(PATIENCE)
                .until(() ->
                        log().latest().map(latest -> !latest.isBefore(upTo)).orElse(false));
    }

    /** Some random writes on 60 keys, a few in each second, and now and then a shard that splits or rolls over. */
    private void writeSome(Random random, int count) {
        for (int i = 0; i < count; i++) {
            String id = "k" + random.nextInt(60);
            write(id, random.nextInt(4) == 0 ? null : version(id, events.size()));
            clock.advance(Duration.ofMillis(random.nextInt(900)));
            if (random.nextInt(150) == 0) {
                List<String> shards = fake.streams.openShards();
                String shard = shards.get(random.nextInt(shards.size()));
                if (shards.size() < 4) {
                    fake.streams.split(shard);
                } else {
                    fake.streams.rollOver(shard);
                }
            }
        }
    }

    private Item only(String id) {
        return model(Long.MAX_VALUE).get(BY_STRING.keyOf(Map.of("id", AttributeValue.fromS(id))));
    }

    /** A scan while writes go on: each item as it is when it is read. */
    private PointInTime.Base backup(Random random) {
        Instant from = clock.instant();
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Item item = only("k" + i);
            if (item != null) {
                items.add(item);
            }
            writeSome(random, 2);
        }
        return new PointInTime.Base(new MemorySource().items(items), from, clock.instant(), "");
    }

    @Test
    void fiftyMomentsOfARandomHistoryAreRebuiltWhateverHappenedToTheWriter() {
        Random random = new Random(20261121);
        Running first = start("log");
        writeSome(random, 300);
        bucket.killAfterFiles.set(3);
        List<PointInTime.Base> backups = new ArrayList<>(List.of(backup(random)));
        assertThat(first.failure()).isInstanceOf(Killed.class);

        writeSome(random, 200);
        Running second = start("log");
        await().atMost(PATIENCE).until(() -> !second.worker.status().shards().isEmpty());
        bucket.away = true;
        backups.add(backup(random));
        writeSome(random, 200);
        await().atMost(PATIENCE)
                .until(() -> said.stream().anyMatch(line -> line.contains("is waited for")) || second.ended());
        bucket.away = false;
        writeSome(random, 100);
        second.worker.stop();
        writeSome(random, 100);
        Running third = start("log");
        Instant end = clock.instant();
        awaitLog(end);
        assertThat(third.ended()).isFalse();

        long begin = backups.get(0).to().getEpochSecond();
        ChangeLog log = log();
        for (int i = 0; i < 50; i++) {
            long at = begin + random.nextInt((int) (end.getEpochSecond() - begin));
            PointInTime source = PointInTime.open(backups, log, Instant.ofEpochSecond(at));
            assertThat(rebuilt(source)).as("second " + (at - begin)).isEqualTo(model(at));
        }
        assertThat(fake.streams.openShards()).hasSizeGreaterThan(2);
        assertThat(said).noneMatch(line -> line.contains("gap"));
        assertEachChangeIsThereOnce(log);
    }

    private void assertEachChangeIsThereOnce(ChangeLog log) {
        AtomicInteger states = new AtomicInteger();
        log.layer(Instant.EPOCH, clock.instant()).parts().forEach(part -> part.read(state -> states.incrementAndGet()));
        assertThat(states.get()).isEqualTo(events.size());
    }

    @Test
    void noMissingFileOfALogWithManyShardsGoesUnnoticed() {
        Random random = new Random(5);
        start("log");
        Instant begin = clock.instant();
        for (int i = 0; i < 6; i++) {
            writeSome(random, 100);
            awaitLog(clock.instant());
        }
        Instant end = clock.instant().minusSeconds(30);
        assertThat(log().check(begin, end).text()).startsWith("whole");
        for (String key : List.copyOf(bucket.objects.texts().keySet())) {
            if (key.endsWith("/end.json")) {
                continue; // the tip tells the same
            }
            var kept = bucket.objects.get(key).orElseThrow();
            bucket.objects.delete(key);
            Lineage lineage = log().check(begin, end);
            assertThat(lineage.whole()).as(key).isFalse();
            if (key.endsWith(".gz")) {
                assertThat(lineage.text()).contains(key.split("/")[4]).contains("missing");
            }
            bucket.objects.put(key, kept.content(), ObjectStore.Options.REPLACE);
        }
    }

    @Test
    void whileTheBucketIsAwayNoPositionIsKept() {
        Running running = start("log");
        write("a", version("a", 1));
        awaitLog(clock.instant().plusSeconds(5));
        String position = position("log");
        bucket.away = true;
        write("a", version("a", 2));
        await().atMost(PATIENCE).until(() -> said.stream().anyMatch(line -> line.contains("is waited for")));
        assertThat(position("log")).isEqualTo(position);
        assertThat(running.ended()).isFalse();
        bucket.away = false;
        await().atMost(PATIENCE).until(() -> !position("log").equals(position));
        assertEachChangeIsThereOnce(log());
        assertThat(said).anyMatch(line -> line.contains("is written again"));
    }

    private String position(String name) {
        return new LeaseTable(fake.rig.leases, name)
                .rows()
                .positions()
                .get(fake.streams.openShards().get(0));
    }

    @Test
    void whatWasTrimmedIsAGapThatIsNamedAndTheLogGoesOnUnderAnotherName() {
        Running first = start("log");
        write("a", version("a", 1));
        awaitLog(clock.instant().plusSeconds(5));
        PointInTime.Base before = new PointInTime.Base(
                new MemorySource().items(List.of(version("a", 1))), clock.instant(), clock.instant(), "");
        first.worker.stop();
        write("a", version("a", 2));
        clock.advance(Duration.ofHours(30));
        write("a", version("a", 3));
        Running again = start("log");
        assertThat(again.failure()).isInstanceOf(LostChangesException.class);

        start("another");
        awaitLog(clock.instant());
        assertThat(said).anyMatch(line -> line.contains("has a gap: shard"));
        assertThatThrownBy(() ->
                        PointInTime.open(List.of(before), log(), clock.instant().minusSeconds(30)))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("trimmed");
        Instant now = clock.instant().minusSeconds(30);
        PointInTime.Base after = new PointInTime.Base(new MemorySource().items(List.of(version("a", 3))), now, now, "");
        assertThat(rebuilt(PointInTime.open(List.of(before, after), log(), now)).values())
                .containsExactly(version("a", 3));
    }

    @Test
    void emptyAnswersOfAShardThatHasMoreAreNotBelieved() {
        start("log");
        write("a", version("a", 1));
        awaitLog(clock.instant().plusSeconds(5));
        Instant known = log().latest().orElseThrow();
        fake.streams.emptyPages(fake.streams.openShards().get(0), 2);
        clock.advance(Duration.ofSeconds(60));
        Instant written = clock.instant();
        write("a", version("a", 2));
        awaitLog(written.plusSeconds(5));
        assertThat(log().history(BY_STRING.keyOf(Map.of("id", AttributeValue.fromS("a")))))
                .hasSize(2);
        assertThat(known).isBefore(written);
    }
}
