package dev.lockstep.replicate;

import static dev.lockstep.table.TestItems.BY_NUMBER;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.itemOfBytes;
import static dev.lockstep.table.TestItems.items;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.s;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RandomItems;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.TestDynamo;
import dev.lockstep.table.TestItems;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

@Timeout(60)
class CopyTest {
    private static final TestDynamo DYNAMO = TestDynamo.shared();
    private static final RetryPolicy PATIENT = new RetryPolicy(20, Duration.ofMillis(1), Duration.ofMillis(4));

    private static CopySettings settings(boolean overwrite, boolean dryRun) {
        return new CopySettings(OptionalInt.of(3), Optional.empty(), 2, overwrite, dryRun, PATIENT);
    }

    private static Copy.Result copy(Table primary, Table... destinations) {
        return new Copy(primary, List.of(destinations), settings(false, false), Progress.NONE).run();
    }

    private static DynamoTable filled(List<Item> items) {
        DynamoTable table = DYNAMO.table("primary", BY_STRING);
        fill(table, items);
        return table;
    }

    private static void fill(Table table, List<Item> items) {
        RetryingTable.over(table, PATIENT, RetryingTable.Listener.NONE)
                .write(items.stream().map(TestItems::put).toList());
    }

    private static List<Item> itemsOf(Table table) {
        List<Item> all = new ArrayList<>();
        Table.Page page = table.scan(new Segment(0, 1), null, 0, Consistency.STRONG);
        all.addAll(page.items());
        while (page.next() != null) {
            page = table.scan(new Segment(0, 1), page.next(), 0, Consistency.STRONG);
            all.addAll(page.items());
        }
        return all;
    }

    @Test
    void everyDestinationGetsEveryItem() {
        RandomItems random = new RandomItems(6);
        List<Item> items =
                IntStream.range(0, 200).mapToObj(i -> random.item("k" + i)).toList();
        MemoryTable primary = new MemoryTable("primary", BY_STRING).pagesOf(30);
        items.forEach(primary::put);
        MemoryTable first = new MemoryTable("first", BY_STRING);
        MemoryTable second = new MemoryTable("second", BY_STRING).answeringAtMost(7);
        assertThat(copy(primary, first, second)).isEqualTo(new Copy.Result(200, 400));
        assertThat(first.items()).isEqualTo(primary.items());
        assertThat(second.items()).isEqualTo(primary.items());
        assertThat(primary.usage().requests()).containsOnlyKeys("Scan");
    }

    @Test
    void tablesInDynamoDbAreCopied() {
        List<Item> items = new ArrayList<>(items(230));
        items.add(itemOfBytes("large", Item.MAX_BYTES));
        DynamoTable primary = filled(items);
        DynamoTable first = DYNAMO.table("first", BY_STRING);
        DynamoTable second = DYNAMO.table("second", BY_STRING);
        assertThat(copy(primary, first, second)).isEqualTo(new Copy.Result(231, 462));
        assertThat(itemsOf(first)).containsExactlyInAnyOrderElementsOf(items);
        assertThat(itemsOf(second)).containsExactlyInAnyOrderElementsOf(items);
        assertThat(itemsOf(primary)).hasSize(231);
    }

    @Test
    void anEmptyTableIsCopiedToo() {
        DynamoTable destination = DYNAMO.table("destination", BY_STRING);
        assertThat(copy(DYNAMO.table("primary", BY_STRING), destination)).isEqualTo(new Copy.Result(0, 0));
        assertThat(destination.usage().requests()).doesNotContainKey("BatchWriteItem");
    }

    @Test
    void aDestinationThatHoldsItemsIsRefusedBeforeAnyIsWritten() {
        DynamoTable primary = filled(items(10));
        DynamoTable empty = DYNAMO.table("empty", BY_STRING);
        DynamoTable used = filled(List.of(item("there")));
        assertThatThrownBy(() -> copy(primary, empty, used))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining(used.name())
                .hasMessageContaining("--overwrite");
        assertThat(itemsOf(empty)).isEmpty();
        assertThat(itemsOf(used)).containsExactly(item("there"));
    }

    @Test
    void overwritingReplacesItemsAndLeavesOthers() {
        DynamoTable primary = filled(items(30));
        DynamoTable used = filled(List.of(item("k3", "old", s("x")), item("only here")));
        assertThat(new Copy(primary, List.of(used), settings(true, false), Progress.NONE).run())
                .isEqualTo(new Copy.Result(30, 30));
        List<Item> expected = new ArrayList<>(items(30));
        expected.add(item("only here"));
        assertThat(itemsOf(used)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aDryRunReadsAndWritesNothing() {
        DynamoTable primary = filled(items(40));
        DynamoTable destination = DYNAMO.table("destination", BY_STRING);
        Copy.Result result = new Copy(primary, List.of(destination), settings(false, true), Progress.NONE).run();
        assertThat(result.read()).isEqualTo(40);
        assertThat(itemsOf(destination)).isEmpty();
        assertThat(destination.usage().requests()).doesNotContainKey("BatchWriteItem");
    }

    @Test
    void attributesOfGlobalTablesAreNotCopied() {
        Item old = item("a", Map.of("v", n("1"), "aws:rep:deleting", n("0"), "aws:rep:updatetime", n("7")));
        DynamoTable destination = DYNAMO.table("destination", BY_STRING);
        DynamoTable primary = filled(List.of(old));
        copy(primary, destination);
        assertThat(itemsOf(destination)).containsExactly(item("a", "v", n("1")));
        assertThat(itemsOf(primary)).containsExactly(old);
    }

    @Test
    void oneSegmentAloneCanBeCopied() {
        MemoryTable primary = new MemoryTable("primary", BY_STRING);
        items(100).forEach(primary::put);
        List<Item> copied = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            MemoryTable part = new MemoryTable("part", BY_STRING);
            var settings =
                    new CopySettings(OptionalInt.of(4), Optional.of(new Segment(i, 4)), 8, false, false, PATIENT);
            Copy.Result result = new Copy(primary, List.of(part), settings, Progress.NONE).run();
            assertThat(result.read()).isEqualTo(part.items().size()).isBetween(5L, 60L);
            copied.addAll(part.items());
        }
        assertThat(copied).isEqualTo(primary.items());
    }

    @Test
    void nothingIsLostBehindABadNetworkAndABusyService() {
        List<Item> items = items(400);
        DynamoTable direct = filled(items);
        String name = DYNAMO.createTable("destination", BY_STRING);
        try (FaultProxy proxy = DYNAMO.proxy();
                DynamoDbClient client = TestDynamo.client(proxy.endpoint())) {
            DynamoTable primary = DynamoTable.open(client, direct.name());
            DynamoTable destination = DynamoTable.open(client, name);
            long seed = 10;
            for (Fault fault : List.of(
                    Fault.throttle(),
                    Fault.internalErrorBefore(),
                    Fault.internalErrorAfter(),
                    Fault.resetAfter(),
                    Fault.truncatedBody(),
                    Fault.lostBody(),
                    Fault.wrongCrc())) {
                proxy.on("*").probability(0.06, seed++).inject(fault);
            }
            proxy.on("BatchWriteItem").probability(0.5, seed).inject(Fault.unprocessed(0.5));
            AtomicLong pauses = new AtomicLong();
            Progress counting = new Progress() {
                @Override
                public void pausing(String table, String operation, String why, Duration pause) {
                    pauses.incrementAndGet();
                }
            };
            assertThat(new Copy(primary, List.of(destination), settings(false, false), counting).run())
                    .isEqualTo(new Copy.Result(400, 400));
            assertThat(pauses).hasPositiveValue();
            assertThat(proxy.stats().unprocessed()).isPositive();
        }
        assertThat(itemsOf(DynamoTable.open(DYNAMO.client(), name))).containsExactlyInAnyOrderElementsOf(items);
    }

    @Test
    void aDestinationThatFailsForGoodEndsTheCopy() {
        DynamoTable primary = filled(items(100));
        DynamoTable direct = DYNAMO.table("denied", BY_STRING);
        try (FaultProxy proxy = DYNAMO.proxy();
                DynamoDbClient client = TestDynamo.client(proxy.endpoint())) {
            DynamoTable denied = DynamoTable.open(client, direct.name());
            proxy.on("BatchWriteItem").inject(Fault.accessDenied());
            assertThatThrownBy(() -> copy(primary, denied, DYNAMO.table("fine", BY_STRING)))
                    .isInstanceOf(LockstepException.class)
                    .hasMessageStartingWith("BatchWriteItem " + direct.name())
                    .hasMessageContaining("AccessDeniedException");
        }
    }

    @Test
    void anInterruptCancelsAndWhatWasCopiedStays() throws Exception {
        DynamoTable primary = filled(items(600));
        String name = DYNAMO.createTable("destination", BY_STRING);
        try (FaultProxy proxy = DYNAMO.proxy();
                DynamoDbClient client = TestDynamo.client(proxy.endpoint())) {
            DynamoTable destination = DynamoTable.open(client, name);
            var settings = new CopySettings(OptionalInt.of(1), Optional.empty(), 1, false, false, PATIENT);
            FutureTask<Boolean> copy = new FutureTask<>(() -> {
                assertThatThrownBy(() -> new Copy(primary, List.of(destination), settings, Progress.NONE).run())
                        .isInstanceOf(CancelledException.class);
                return Thread.currentThread().isInterrupted();
            });
            Thread thread = new Thread(copy);
            proxy.on("BatchWriteItem").skip(4).inject(Fault.hang());
            proxy.after("BatchWriteItem", call -> {
                if (call.number() == 3) {
                    thread.interrupt();
                }
            });
            thread.start();
            assertThat(copy.get(20, TimeUnit.SECONDS)).as("still interrupted").isTrue();
        }
        assertThat(itemsOf(DynamoTable.open(DYNAMO.client(), name))).hasSizeBetween(25, 100);
    }

    @Test
    void progressCountsEveryItemOnce() {
        MemoryTable primary = new MemoryTable("primary", BY_STRING).pagesOf(9);
        items(50).forEach(primary::put);
        AtomicLong expected = new AtomicLong();
        AtomicLong read = new AtomicLong();
        Progress progress = new Progress() {
            @Override
            public void expecting(long items) {
                expected.addAndGet(items);
            }

            @Override
            public void read(long items) {
                read.addAndGet(items);
            }
        };
        new Copy(primary, List.of(new MemoryTable("a", BY_STRING)), settings(false, false), progress).run();
        assertThat(expected).hasValue(50);
        assertThat(read).hasValue(50);
    }

    @Test
    void tablesThatDoNotFitAreRefused() {
        MemoryTable primary = new MemoryTable("primary", BY_STRING);
        MemoryTable other = new MemoryTable("other", BY_STRING);
        assertThatThrownBy(() -> copy(primary)).isInstanceOf(InvalidSettingsException.class);
        assertThatThrownBy(() -> copy(primary, primary)).hasMessageContaining("same table");
        assertThatThrownBy(() -> copy(primary, other, other)).hasMessageContaining("twice");
        assertThatThrownBy(() -> copy(primary, new MemoryTable("numbers", BY_NUMBER)))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("id (N)")
                .hasMessageContaining("id (S)");
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new CopySettings(OptionalInt.of(0), Optional.empty(), 8, false, false, PATIENT))
                .isInstanceOf(InvalidSettingsException.class);
        for (int parallel : new int[] {0, 1001}) {
            assertThatThrownBy(() ->
                            new CopySettings(OptionalInt.empty(), Optional.empty(), parallel, false, false, PATIENT))
                    .isInstanceOf(InvalidSettingsException.class);
        }
    }
}
