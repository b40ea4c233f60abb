package dev.lockstep.table;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.delete;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.items;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.table.Table.Consistency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import tools.jackson.databind.JsonNode;

class RetryingTableTest {
    private static final Segment WHOLE = new Segment(0, 1);
    private static final RetryPolicy QUICK = new RetryPolicy(3, Duration.ofNanos(1), Duration.ofNanos(1));
    private static final RetryPolicy SLOW = new RetryPolicy(3, Duration.ofDays(10), Duration.ofDays(10));

    private final FaultProxy proxy = TestDynamo.shared().proxy();
    private final DynamoDbClient client = TestDynamo.client(proxy.endpoint());
    private final List<String> pauses = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        client.close();
        proxy.close();
    }

    private RetryingTable over(Table table) {
        return RetryingTable.over(table, QUICK, (name, operation, why, pause) -> pauses.add(operation + ": " + why));
    }

    private RetryingTable behindProxy() {
        DynamoTable table = DynamoTable.open(client, TestDynamo.shared().createTable("retried", BY_STRING));
        proxy.reset();
        return over(table);
    }

    private static List<Key> keys(int count) {
        return IntStream.range(0, count).mapToObj(i -> key("k" + i)).toList();
    }

    private static List<Write> puts(int count) {
        return items(count).stream().map(TestItems::put).toList();
    }

    @Test
    void throttledForEverEndsWithTheEarlierFailuresSuppressed() {
        Table table = behindProxy();
        proxy.on("Scan").times(1).inject(Fault.unavailable());
        proxy.on("Scan").inject(Fault.throttle());
        LockstepException e =
                catchThrowableOfType(LockstepException.class, () -> table.scan(WHOLE, null, 0, Consistency.STRONG));
        assertThat(e.problem()).startsWith("ProvisionedThroughputExceededException");
        assertThat(e.retryable()).isTrue();
        assertThat(e.getSuppressed()).hasSize(3);
        assertThat(e.getSuppressed()[0]).hasMessageContaining("ServiceUnavailable");
        assertThat(proxy.stats().requests("Scan")).isEqualTo(4);
        assertThat(pauses).hasSize(3).allMatch(p -> p.startsWith("Scan: "));
    }

    @Test
    void everyCallIsBounded() {
        Table table = behindProxy();
        proxy.on("*").inject(Fault.throttle());
        Write write = put(item("a"));
        assertThatThrownBy(() -> table.read(keys(1), Consistency.STRONG)).isInstanceOf(LockstepException.class);
        assertThatThrownBy(() -> table.write(List.of(write))).isInstanceOf(LockstepException.class);
        assertThatThrownBy(() -> table.writeIf(write, Condition.unchanged(write, null)))
                .isInstanceOf(LockstepException.class);
        assertThat(proxy.stats().requests().values()).containsOnly(4L);
    }

    @Test
    void whatIsUnprocessedForEverEndsToo() {
        MemoryTable stuck = new MemoryTable("stuck", BY_STRING).answeringAtMost(0);
        LockstepException e =
                catchThrowableOfType(LockstepException.class, () -> over(stuck).write(puts(30)));
        assertThat(e).hasMessageStartingWith("BatchWriteItem stuck: 25 came back unprocessed after 3 retries");
        assertThat(e.retryable()).isTrue();
        assertThat(stuck.usage().requests()).containsEntry("BatchWriteItem", 4L);
        assertThatThrownBy(() -> over(stuck).read(keys(3), Consistency.STRONG))
                .hasMessageStartingWith("BatchGetItem stuck: 3 came back unprocessed");
    }

    @Test
    void aFailureThatStaysIsNotTriedAgain() {
        Table table = behindProxy();
        proxy.on("*").inject(Fault.accessDenied());
        assertThatThrownBy(() -> table.scan(WHOLE, null, 0, Consistency.STRONG))
                .hasMessageContaining("AccessDenied")
                .hasNoSuppressedExceptions();
        assertThatThrownBy(() -> table.write(puts(60))).hasMessageContaining("AccessDenied");
        assertThat(proxy.stats().requests().values()).containsOnly(1L);
        assertThat(pauses).isEmpty();
    }

    @Test
    void aFailureThatStaysKeepsThePassingOnesBeforeIt() {
        Table table = behindProxy();
        proxy.on("Scan").times(2).inject(Fault.internalErrorBefore());
        proxy.on("Scan").inject(Fault.accessDenied());
        LockstepException e =
                catchThrowableOfType(LockstepException.class, () -> table.scan(WHOLE, null, 0, Consistency.STRONG));
        assertThat(e.retryable()).isFalse();
        assertThat(e.getSuppressed()).hasSize(2);
    }

    @Test
    void progressRenewsThePatience() {
        MemoryTable slow = new MemoryTable("slow", BY_STRING).answeringAtMost(1);
        assertThat(over(slow).write(puts(30))).isEmpty();
        assertThat(slow.items()).hasSize(30);
        assertThat(over(slow).read(keys(30), Consistency.STRONG).items()).hasSize(30);
    }

    @Test
    void onlyUnreadKeysAreAskedForAgain() {
        Table table = behindProxy();
        table.write(puts(100));
        List<Set<String>> asked = recordKeys("BatchGetItem", "/Keys", "");
        proxy.on("BatchGetItem").times(2).inject(Fault.unprocessed(0.5));
        assertThat(table.read(keys(100), Consistency.STRONG).items()).hasSize(100);
        assertThat(asked).hasSize(3);
        assertThat(asked.get(0)).hasSize(100);
        assertThat(asked.get(1)).hasSize(50).isSubsetOf(asked.get(0));
        assertThat(asked.get(2)).hasSize(25).isSubsetOf(asked.get(1));
        assertThat(pauses)
                .containsExactly(
                        "BatchGetItem: 50 of 100 came back unprocessed",
                        "BatchGetItem: 25 of 50 came back unprocessed");
    }

    @Test
    void onlyUndoneWritesAreMadeAgain() {
        Table table = behindProxy();
        List<Set<String>> asked = recordKeys("BatchWriteItem", "", "/PutRequest/Item");
        proxy.on("BatchWriteItem").times(1).inject(Fault.unprocessed(0.4));
        table.write(puts(25));
        assertThat(asked).hasSize(2);
        assertThat(asked.get(0)).hasSize(25);
        assertThat(asked.get(1)).hasSize(10).isSubsetOf(asked.get(0));
        assertThat(table.usage().writeUnits()).isEqualTo(25);
        assertThat(table.scan(WHOLE, null, 0, Consistency.STRONG).items()).hasSize(25);
    }

    /** The ids that each call of the operation speaks of. */
    private List<Set<String>> recordKeys(String api, String entries, String key) {
        List<Set<String>> calls = new CopyOnWriteArrayList<>();
        proxy.before(api, call -> {
            Set<String> ids = new HashSet<>();
            JsonNode ofTable = call.request().path("RequestItems").path(call.table());
            ofTable.at(entries).forEach(e -> ids.add(e.at(key + "/id/S").asString()));
            calls.add(ids);
        });
        return calls;
    }

    @Test
    void whatIsUndoneJoinsTheNextBatch() {
        MemoryTable slow = new MemoryTable("slow", BY_STRING).answeringAtMost(20);
        over(slow).write(puts(60));
        assertThat(slow.items()).hasSize(60);
        assertThat(slow.usage().requests()).containsEntry("BatchWriteItem", 3L);
        assertThat(slow.usage().writeUnits()).isEqualTo(60);
    }

    @Test
    void batchesMayHaveAnySize() {
        MemoryTable memory = new MemoryTable("memory", BY_STRING);
        Table table = over(memory);
        assertThat(table.write(puts(251))).isEmpty();
        assertThat(table.read(keys(300), Consistency.STRONG).items()).hasSize(251);
        assertThat(memory.usage().requests())
                .containsEntry("BatchWriteItem", 11L)
                .containsEntry("BatchGetItem", 3L);
        assertThat(pauses).isEmpty();
    }

    @Test
    void nothingAskedIsNothingSent() {
        MemoryTable memory = new MemoryTable("memory", BY_STRING);
        assertThat(over(memory).write(List.of())).isEmpty();
        assertThat(over(memory).read(List.of(), Consistency.STRONG).items()).isEmpty();
        assertThat(memory.usage().requests()).isEmpty();
    }

    @Test
    void theLastWriteOfAKeyWins() {
        MemoryTable memory = new MemoryTable("memory", BY_STRING);
        memory.put(item("c"));
        List<Write> writes = new ArrayList<>(List.of(put(item("a", "v", n("1"))), delete("b"), put(item("c"))));
        writes.addAll(puts(40));
        writes.addAll(List.of(put(item("a", "v", n("2"))), put(item("b")), delete("c")));
        over(memory).write(writes);
        assertThat(memory.items())
                .hasSize(42)
                .contains(item("a", "v", n("2")), item("b"))
                .doesNotContain(item("c"));
        assertThat(memory.usage().requests()).containsEntry("BatchWriteItem", 2L);
    }

    @Test
    void aKeyAskedForTwiceIsReadOnce() {
        MemoryTable memory = new MemoryTable("memory", BY_STRING).put(item("a"));
        var found = over(memory).read(List.of(key("a"), key("a"), key("b")), Consistency.STRONG);
        assertThat(found.items()).containsOnlyKeys(key("a"));
        assertThat(memory.usage().readUnits()).isEqualTo(2);
    }

    @Test
    void aTableIsWrappedOnce() {
        RetryingTable table = over(new MemoryTable("memory", BY_STRING));
        assertThat(RetryingTable.over(table, SLOW, RetryingTable.Listener.NONE)).isSameAs(table);
    }

    @Test
    void anInterruptEndsAPause() throws Exception {
        MemoryTable stuck = new MemoryTable("stuck", BY_STRING).answeringAtMost(0);
        CountDownLatch pausing = new CountDownLatch(1);
        Table table = RetryingTable.over(stuck, SLOW, (name, operation, why, pause) -> pausing.countDown());
        FutureTask<Boolean> call = new FutureTask<>(() -> {
            assertThatThrownBy(() -> table.write(puts(1)))
                    .isInstanceOf(CancelledException.class)
                    .hasMessageContaining("BatchWriteItem stuck");
            return Thread.currentThread().isInterrupted();
        });
        Thread thread = new Thread(call);
        thread.setDaemon(true);
        thread.start();
        assertThat(pausing.await(20, TimeUnit.SECONDS)).isTrue();
        thread.interrupt();
        assertThat(call.get(20, TimeUnit.SECONDS)).as("still interrupted").isTrue();
    }

    @Test
    void aThreadThatIsInterruptedAlreadyDoesNotPause() {
        MemoryTable stuck = new MemoryTable("stuck", BY_STRING).answeringAtMost(0);
        Table table = RetryingTable.over(
                stuck,
                QUICK,
                (name, operation, why, pause) -> Thread.currentThread().interrupt());
        assertThatThrownBy(() -> table.read(keys(1), Consistency.STRONG)).isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(stuck.usage().requests()).containsEntry("BatchGetItem", 1L);
    }
}
