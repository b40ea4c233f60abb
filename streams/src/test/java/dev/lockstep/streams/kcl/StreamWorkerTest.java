package dev.lockstep.streams.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.streams.kcl.WorkerSettings.Start;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamWorkerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Rig rig = new Rig();
    private final Captured captured = new Captured();
    private final WorkerSettings settings = WorkerSettings.of("job", Start.TRIM_HORIZON);

    @AfterEach
    void close() {
        rig.close();
    }

    private Running start(ShardWork work) {
        return new Running(rig.worker(settings, work));
    }

    private void awaitIds(Running running, int count) {
        await().atMost(PATIENCE).until(() -> running.ended() || captured.ids.size() >= count);
    }

    private static List<String> all(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }

    private List<String> positions() {
        return List.copyOf(new LeaseTable(rig.leases, "job").rows().positions().values());
    }

    @Test
    void allChangesComeInOrder() {
        rig.putAll("a", 3_000);
        Running running = start(captured);
        awaitIds(running, 3_000);

        assertThat(captured.ids).isEqualTo(all("a", 3_000));
        assertThat(captured.opened).hasSize(1);
        running.worker.stop();
        assertThat(running.failure()).isNull();
        assertThat(captured.closed).isEqualTo(captured.opened);
    }

    @Test
    void aStreamThatWasEmptyAtTheStartIsNotTakenForTrimmed() {
        Running running = start(captured);
        await().atMost(PATIENCE).until(() -> running.worker.atTip());
        rig.putAll("a", 10);
        awaitIds(running, 10);
        assertThat(captured.ids).isEqualTo(all("a", 10));
    }

    @Test
    void theStatusTellsWhatIsHeldAndHowFarItIs() {
        rig.putAll("a", 30);
        Running running = start(captured);
        awaitIds(running, 30);
        // Only a read that finds nothing more says that nothing is behind.
        await().atMost(PATIENCE)
                .until(() -> running.worker.atTip()
                        && running.worker.status().leader()
                        && running.worker.status().shards().stream().allMatch(shard -> shard.millisBehind() == 0));

        WorkerStatus status = running.worker.status();
        assertThat(status.worker()).isEqualTo(running.worker.worker());
        assertThat(status.lastError()).isEmpty();
        assertThat(status.shards()).singleElement().satisfies(shard -> {
            assertThat(shard.shardId()).isEqualTo(captured.opened.get(0));
            assertThat(shard.sequence()).isPresent();
            assertThat(shard.recordTime()).isPresent();
            assertThat(shard.records()).isEqualTo(30);
            assertThat(shard.millisBehind()).isZero();
            assertThat(shard.atTip()).isTrue();
        });
    }

    @Test
    void whatFailsIsNotPassedOverAndEndsTheWorker() {
        rig.putAll("a", 2_500);
        LockstepException failure = new LockstepException("write", "replica", "no", "try again");
        Running failing = start((shard, records) -> {
            if (captured.ids.size() >= 1_000) {
                throw failure;
            }
            captured.process(shard, records);
        });
        assertThat(failing.failure()).isSameAs(failure);
        int before = captured.ids.size();

        Running second = start(captured);
        await().atMost(PATIENCE).until(() -> second.ended() || captured.ids.contains("a2499"));
        assertThat(captured.ids.subList(0, before)).isEqualTo(all("a", before));
        assertThat(captured.ids).containsAll(all("a", 2_500));
        assertThat(captured.ids.indexOf("a" + before)).isGreaterThanOrEqualTo(before);
    }

    @Test
    void anUnexpectedFailureSaysNothingOfItems() {
        rig.put("a", 0);
        Running failing = start((shard, records) -> {
            throw new IllegalStateException("cannot write " + Captured.CANARY);
        });
        assertThat(failing.failure())
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("IllegalStateException")
                .hasMessageNotContaining(Captured.CANARY);
        assertThat(positions()).containsExactly("TRIM_HORIZON");
    }

    @Test
    void thePositionIsKeptOnlyWhenTheRecordsAreProcessed() throws InterruptedException {
        rig.putAll("a", 10);
        CountDownLatch inHand = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Running running = start(new ShardWork() {
            @Override
            public void process(String shardId, List<StreamRecord> records) {
                inHand.countDown();
                awaitQuietly(release);
                captured.process(shardId, records);
            }
        });
        inHand.await();
        await().during(Duration.ofSeconds(2)).until(() -> positions().equals(List.of("TRIM_HORIZON")));
        release.countDown();
        await().atMost(PATIENCE).until(() -> !positions().equals(List.of("TRIM_HORIZON")));
        assertThat(running.ended()).isFalse();
    }

    @Test
    void stoppingFinishesWhatIsInHandAndKeepsThePosition() throws InterruptedException {
        rig.putAll("a", 10);
        CountDownLatch inHand = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Running running = start((shard, records) -> {
            inHand.countDown();
            awaitQuietly(release);
            captured.process(shard, records);
        });
        inHand.await();
        Thread stopping = new Thread(running.worker::stop);
        stopping.start();
        assertThat(stopping.isAlive()).isTrue();
        release.countDown();
        assertThat(running.failure()).isNull();
        assertThat(captured.ids).isEqualTo(all("a", 10));
        assertThat(new LeaseTable(rig.leases, "job").rows().leases())
                .allMatch(row -> row.owner().isEmpty())
                .isNotEmpty();

        rig.putAll("b", 5);
        captured.ids.clear();
        awaitIds(start(captured), 5);
        assertThat(captured.ids).isEqualTo(all("b", 5));
    }

    @Test
    void stoppingInterruptsWhatDoesNotEndInTimeAndDoesNotKeepItsPosition() throws InterruptedException {
        rig.putAll("a", 10);
        CountDownLatch inHand = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        Running running = new Running(rig.worker(settings.withGrace(Duration.ofMillis(300)), (shard, records) -> {
            inHand.countDown();
            try {
                Thread.sleep(PATIENCE.toMillis());
            } catch (InterruptedException e) {
                interrupted.set(true);
                throw new CancelledException("write", "replica");
            }
        }));
        inHand.await();
        running.worker.stop();
        assertThat(running.failure()).isNull();
        assertThat(interrupted).isTrue();
        assertThat(positions()).containsExactly("TRIM_HORIZON");
    }

    @Test
    void aLostShardIsInterruptedAndItsPositionIsNotKept() throws InterruptedException {
        rig.putAll("a", 10);
        CountDownLatch inHand = new CountDownLatch(1);
        AtomicInteger interrupts = new AtomicInteger();
        Running running = start(new ShardWork() {
            @Override
            public void process(String shardId, List<StreamRecord> records) {
                inHand.countDown();
                try {
                    Thread.sleep(PATIENCE.toMillis());
                } catch (InterruptedException e) {
                    interrupts.incrementAndGet();
                    throw new CancelledException("write", "replica");
                }
            }

            @Override
            public void closed(String shardId) {
                captured.closed(shardId);
            }
        });
        inHand.await();
        rig.assign("job", "somebody-else");

        await().atMost(PATIENCE).until(() -> running.ended() || captured.closed.size() == 1);
        assertThat(running.ended()).isFalse();
        assertThat(interrupts).hasValue(1);
        assertThat(positions()).containsExactly("TRIM_HORIZON");
    }

    @Test
    void aShardThatComesBackWaitsUntilTheWorkOnItHasEnded() throws InterruptedException {
        rig.putAll("a", 10);
        CountDownLatch inHand = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        WorkerSettings quick =
                settings.withTakeOver(Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(2));
        Running running = new Running(rig.worker(quick, new ShardWork() {
            @Override
            public void process(String shardId, List<StreamRecord> records) {
                calls.incrementAndGet();
                inHand.countDown();
                while (release.getCount() > 0) {
                    Thread.onSpinWait(); // deaf to interrupts
                }
                captured.process(shardId, records);
            }

            @Override
            public void opened(String shardId) {
                captured.opened(shardId);
            }

            @Override
            public void closed(String shardId) {
                captured.closed(shardId);
            }
        }));
        inHand.await();
        LeaseTable leases = new LeaseTable(rig.leases, "job");
        rig.assign("job", "somebody-else");
        await().atMost(PATIENCE)
                .until(() -> leases.rows().leases().stream()
                        .allMatch(row -> row.owner().equals(Optional.of(running.worker.worker()))));
        await().during(Duration.ofSeconds(3)).until(() -> calls.get() == 1 && captured.closed.isEmpty());
        release.countDown();
        await().atMost(PATIENCE).until(() -> running.ended() || captured.opened.size() == 2);
        await().atMost(PATIENCE).until(() -> running.ended() || calls.get() == 2);
        assertThat(captured.closed).hasSize(1);
        assertThat(running.ended()).isFalse();
    }

    @Test
    void anUnknownStreamIsToldAtTheStart() {
        String arn = rig.stream().replace(rig.table, "nosuch");
        Running running = new Running(rig.worker(new DynamoStreamSource(rig.streams, arn), settings, captured));
        assertThat(running.failure())
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining(arn)
                .hasMessageContaining("no such stream");
    }

    @Test
    void aTableThatIsDeletedEndsTheWorker() {
        rig.put("a", 0);
        Running running =
                new Running(rig.worker(settings.withWatch(Duration.ofMillis(300), Duration.ofMinutes(2)), captured));
        awaitIds(running, 1);
        rig.tables.deleteTable(r -> r.tableName(rig.table));
        assertThat(running.failure()).isInstanceOf(LockstepException.class);
        assertThat(positions()).noneMatch("SHARD_END"::equals).hasSize(1);
    }

    @Test
    void stoppingAtTheStartEndsPromptly() {
        for (int millis : new int[] {0, 20, 200, 600, 1_200}) {
            Running running = start(captured);
            await().pollDelay(Duration.ofMillis(millis)).until(() -> true);
            running.worker.stop();
            assertThat(running.failure()).isNull();
        }
    }

    @Test
    void anInterruptEndsTheWorker() {
        rig.put("a", 0);
        Running running = start(captured);
        awaitIds(running, 1);
        running.thread.interrupt();
        assertThat(running.failure()).isInstanceOf(CancelledException.class);
    }

    @Test
    void noThreadsAreLeftBehind() {
        rig.put("a", 0);
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        Running running = start(captured);
        awaitIds(running, 1);
        assertThat(since(before)).isNotEmpty();
        running.worker.stop();
        assertThat(running.failure()).isNull();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(since(before)).isEmpty());
    }

    /** The clients' threads and the server's are the test's own, Rx keeps one for all its users. */
    private static Set<String> since(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> !name.matches("aws-java-sdk.*|sdk-.*|dynamodb-local.*|Keep-Alive.*|awaitility.*"
                        + "|RxCachedWorkerPoolEvictor.*|Rx.*Purge.*|idle-connection.*|HikariPool.*|test-.*"))
                .collect(Collectors.toSet());
    }

    @Test
    void aWorkerRunsOnce() {
        StreamWorker worker = rig.worker(settings, captured);
        worker.stop();
        worker.run();
        assertThatThrownBy(worker::run).isInstanceOf(IllegalStateException.class);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new CancelledException("write", "replica");
        }
    }
}
