package dev.lockstep.backup;

import static dev.lockstep.change.TestRecords.NOON;
import static dev.lockstep.change.TestRecords.change;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.StreamRecord;
import dev.lockstep.objects.MemoryObjects;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.work.Pool;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Several processes at the shards of one stream: each loses a shard now and then and does not know it, writes on for a while,
 * and what it wrote of a tip may arrive at any later time. No such history may leave a gap, nor what looks like one.
 */
class LogWritersTest {
    private static final String TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";
    private static final String STREAM = TABLE + "/stream/2026-11-21T12:00:00.000";
    private static final ObjectRef PREFIX = ObjectRef.parse("s3://bucket/backup");
    private static final long END = 60;
    private static final int FIRST_SEED = 30;

    /** p splits into c and d; c rolls over to e, where nothing happens, and that to g; d goes on. */
    private static final class Shard {
        private final String id;
        private final Optional<Shard> parent;
        private final List<String> children;
        private final List<Long> records;
        private final long closes;

        private Optional<Long> position = Optional.empty();
        private boolean done;
        private Reader owner;

        Shard(String id, Shard parent, List<String> children, List<Long> records, long closes) {
            this.id = id;
            this.parent = Optional.ofNullable(parent);
            this.children = children;
            this.records = records;
            this.closes = closes;
        }
    }

    private final class Reader {
        private final Shard shard;
        private final ShardLog log;
        private long read;

        Reader(Shard shard) {
            this.shard = shard;
            this.read = shard.position.orElse(0L);
            this.log = writer.open(
                    shard.id,
                    new ShardStart(
                            shard.parent.map(p -> p.id),
                            shard.position.map(LogWritersTest::sequence),
                            shard.position.isEmpty(),
                            second(now)));
            shard.owner = this;
        }

        boolean owns() {
            return shard.owner == this;
        }

        void step(int most) {
            List<Long> next = shard.records.stream()
                    .filter(i -> i > read && i <= now)
                    .limit(most)
                    .toList();
            if (!next.isEmpty()) {
                log.append(next.stream().map(LogWritersTest::record).toList());
                read = next.get(next.size() - 1);
                if (owns() && random.nextBoolean()) {
                    shard.position = Optional.of(read);
                }
            } else if (now > shard.closes) {
                log.ended(shard.children);
                shard.done |= owns();
            } else {
                log.nothingNew(second(now));
            }
        }
    }

    private final MemoryObjects objects = new MemoryObjects("bucket");
    private final ChangeLogWriter writer = new ChangeLogWriter(
            objects, PREFIX, "orders", TABLE, "table-1", STREAM, BY_STRING, Duration.ZERO, line -> {});
    private final List<Shard> shards = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();
    private final Map<String, List<String>> tips = new HashMap<>();
    private Random random = new Random();
    private long now = 1;

    private static Instant second(long second) {
        return NOON.plusSeconds(second);
    }

    private static StreamRecord record(long i) {
        return change(i, key("k" + i % 3), item("k" + i % 3, "v", n("" + i)));
    }

    private static String sequence(long i) {
        return record(i).sequence();
    }

    private static List<Long> range(long from, long to, int by) {
        return LongStream.rangeClosed(from, to)
                .filter(i -> (i - from) % by == 0)
                .boxed()
                .toList();
    }

    private void tree() {
        Shard p = new Shard("p", null, List.of("c", "d"), range(1, 20, 1), 20);
        Shard c = new Shard("c", p, List.of("e"), range(21, 41, 2), 41);
        Shard d = new Shard("d", p, List.of(), range(22, END, 2), Long.MAX_VALUE);
        Shard e = new Shard("e", c, List.of("g"), List.of(), 42);
        Shard g = new Shard("g", e, List.of(), range(43, END, 2), Long.MAX_VALUE);
        shards.addAll(List.of(p, c, d, e, g));
        writer.listed(Map.of("p", Optional.empty()));
    }

    private List<Shard> open() {
        return shards.stream()
                .filter(s -> !s.done && s.parent.map(p -> p.done).orElse(true))
                .toList();
    }

    private <T> T any(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    private void step() {
        switch (random.nextInt(8)) {
            case 0, 1 -> now = Math.min(END, now + 1);
            case 2 -> readers.add(new Reader(any(open())));
            case 3 -> lateTip();
            default -> {
                if (!readers.isEmpty()) {
                    Reader reader = any(readers);
                    reader.step(1 + random.nextInt(4));
                    if (!reader.owns() && random.nextInt(4) == 0) {
                        reader.log.close();
                        readers.remove(reader);
                    }
                }
            }
        }
        objects.list("backup/lockstep-changes/orders/tips/").forEach(entry -> {
            String text = new String(objects.get(entry.key()).orElseThrow().content(), StandardCharsets.UTF_8);
            List<String> known = tips.computeIfAbsent(entry.key(), k -> new ArrayList<>());
            if (text.contains("\"opened\":true") && !known.contains(text)) {
                known.add(text);
            }
        });
    }

    private void lateTip() {
        List<String> written = tips.keySet().stream()
                .filter(key -> !tips.get(key).isEmpty())
                .sorted()
                .toList();
        if (!written.isEmpty()) {
            String tip = any(written);
            objects.put(tip, any(tips.get(tip)).getBytes(StandardCharsets.UTF_8), Options.REPLACE);
        }
    }

    /** All that there is comes to be in the log, and each open shard tells so last. */
    private void settle() {
        now = END;
        while (shards.stream().anyMatch(s -> !s.done && s.closes < END)) {
            new Reader(any(open())).step(100);
            step();
        }
        now = END + 30;
        for (Shard shard : open()) {
            Reader last = new Reader(shard);
            last.step(100);
            for (int i = 0; i < 3; i++) {
                last.log.nothingNew(second(now));
            }
        }
    }

    /** {@code -Dlockstep.logWriters=1000} for a campaign. */
    @Test
    void whoever_writes_late_leaves_no_gap() {
        int last = FIRST_SEED + Integer.getInteger("lockstep.logWriters", 30);
        for (int seed = FIRST_SEED; seed < last; seed++) {
            random = new Random(seed);
            reset();
            for (int i = 0; i < 250; i++) {
                step();
            }
            settle();
            try (Pool calls = Pool.of("calls", 2)) {
                ChangeLog log = ChangeLog.open(objects, PREFIX, "orders", calls);
                assertThat(log.check(NOON, second(END)).text())
                        .as("seed " + seed)
                        .startsWith("whole");
                assertThat(log.latest().orElseThrow()).isAfterOrEqualTo(second(END));
                int versions = 0;
                for (int k = 0; k < 3; k++) {
                    versions += log.history(key("k" + k)).size();
                }
                assertThat(versions).as("seed " + seed).isEqualTo((int) END);
            }
        }
    }

    private void reset() {
        List.copyOf(objects.texts().keySet()).forEach(objects::delete);
        shards.clear();
        readers.clear();
        tips.clear();
        now = 1;
        tree();
    }
}
