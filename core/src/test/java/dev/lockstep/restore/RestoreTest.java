package dev.lockstep.restore;

import static dev.lockstep.table.TestItems.BY_NUMBER;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.items;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.s;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.backup.DamagedException;
import dev.lockstep.backup.MemorySource;
import dev.lockstep.backup.Source;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RandomItems;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.Table;
import dev.lockstep.table.TestDynamo;
import dev.lockstep.verify.Undo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

class RestoreTest {
    private static final RetryPolicy PATIENT = new RetryPolicy(30, Duration.ofMillis(1), Duration.ofMillis(4));

    @TempDir
    Path folder;

    private final MemoryTable table = new MemoryTable("table", BY_STRING).pagesOf(30);
    private final List<String> warnings = new ArrayList<>();
    private final Progress progress = new Progress() {
        @Override
        public void warning(String message) {
            warnings.add(message);
        }
    };

    private RestoreSettings settings(Key... only) {
        return new RestoreSettings(Set.of(only), false, false, false, Optional.empty(), 4, folder, PATIENT);
    }

    private static RestoreSettings overwrite(RestoreSettings s) {
        return new RestoreSettings(
                s.only(), true, s.deleteExtra(), s.dryRun(), s.undoLog(), s.parallel(), s.temporary(), s.retry());
    }

    private static RestoreSettings deleteExtra(RestoreSettings s) {
        return new RestoreSettings(
                s.only(), s.overwrite(), true, s.dryRun(), s.undoLog(), s.parallel(), s.temporary(), s.retry());
    }

    private static RestoreSettings dryRun(RestoreSettings s) {
        return new RestoreSettings(
                s.only(), s.overwrite(), s.deleteExtra(), true, s.undoLog(), s.parallel(), s.temporary(), s.retry());
    }

    private static RestoreSettings undoLog(RestoreSettings s, Path file) {
        return new RestoreSettings(
                s.only(),
                s.overwrite(),
                s.deleteExtra(),
                s.dryRun(),
                Optional.of(file),
                s.parallel(),
                s.temporary(),
                s.retry());
    }

    private Restore.Result restore(Source source, Table into, RestoreSettings settings) {
        try (Restore restore = Restore.prove(source, BY_STRING, settings, progress)) {
            return restore.into(into);
        }
    }

    private static Item version(String id, int v) {
        return item(id, "v", n("" + v));
    }

    private Map<String, Item> contents() {
        Map<String, Item> contents = new TreeMap<>();
        table.items().forEach(item -> contents.put(item.attributes().get("id").s(), item));
        return contents;
    }

    @Test
    void anEmptyTableGetsEveryItemExactly() {
        RandomItems random = new RandomItems(3);
        List<Item> items =
                IntStream.range(0, 1_500).mapToObj(i -> random.item("k" + i)).toList();
        Source source = new MemorySource().items(items.subList(0, 900), items.subList(900, 1_500));
        assertThat(restore(source, table, settings())).isEqualTo(new Restore.Result(1_500, 1_500, 0, 0, 0));
        assertThat(table.items()).containsExactlyInAnyOrderElementsOf(items);
    }

    @Test
    void nothingIsWrittenOfADamagedSource() {
        Source source = new MemorySource().items(items(10)).damaged(items(3));
        assertThatThrownBy(() -> restore(source, table, settings())).isInstanceOf(DamagedException.class);
        assertThat(table.items()).isEmpty();
    }

    @Test
    void aTableThatHoldsItemsIsLeftAsItIsUnlessTold() {
        table.put(version("k", 1));
        assertThatThrownBy(() -> restore(new MemorySource().items(items(3)), table, settings()))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("--overwrite")
                .hasMessageContaining("--delete-extra");
        assertThat(table.items()).hasSize(1);
    }

    @Test
    void overwritingReplacesWhatTheSourceHasAndLeavesTheRest() {
        table.put(version("same", 1)).put(version("changed", 1)).put(version("extra", 1));
        Source source =
                new MemorySource().items(List.of(version("same", 1), version("changed", 2), version("missing", 2)));
        assertThat(restore(source, table, overwrite(settings()))).isEqualTo(new Restore.Result(3, 2, 0, 1, 0));
        assertThat(contents().values())
                .containsExactlyInAnyOrder(
                        version("same", 1), version("changed", 2), version("missing", 2), version("extra", 1));
    }

    @Test
    void deletingExtrasMakesTheTableEqualAndTheUndoLogBringsItAllBack() {
        IntStream.range(0, 700).forEach(i -> table.put(version("k" + i, 1)));
        Map<String, Item> before = contents();
        MemorySource source = new MemorySource()
                .items(IntStream.range(0, 300)
                        .mapToObj(i -> version("k" + i, i % 2))
                        .toList())
                .states(MemorySource.deleted(key("k299"), ""));
        Path log = folder.resolve("undo");
        Restore.Result result = restore(source, table, undoLog(deleteExtra(settings()), log));
        assertThat(result).isEqualTo(new Restore.Result(301, 150, 401, 149, 0));
        assertThat(contents())
                .hasSize(299)
                .allSatisfy((id, item) ->
                        assertThat(item).isEqualTo(version(id, Integer.parseInt(id.substring(1)) % 2)));
        new Undo(log, table, false, PATIENT, progress).run();
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void aDryRunCountsAndWritesNothing() {
        table.put(version("same", 1)).put(version("changed", 1)).put(version("extra", 1));
        Map<String, Item> before = contents();
        Source source =
                new MemorySource().items(List.of(version("same", 1), version("changed", 2), version("missing", 2)));
        assertThat(restore(source, table, dryRun(deleteExtra(settings()))))
                .isEqualTo(new Restore.Result(3, 2, 1, 1, 0));
        assertThat(contents()).isEqualTo(before);
        try (Restore restore = Restore.prove(source, BY_STRING, dryRun(settings()), progress)) {
            assertThat(restore.intoNothing()).isEqualTo(new Restore.Result(3, 3, 0, 0, 0));
        }
    }

    @Test
    void singleKeysAreBroughtBackAndThoseThatAreNotThereAreNamed() {
        table.put(version("a", 9)).put(version("b", 9)).put(version("gone", 9));
        Source source = new MemorySource()
                .items(List.of(version("a", 1), version("b", 1), version("c", 1), version("was", 1)))
                .states(MemorySource.deleted(key("was"), ""));
        Restore.Result result = restore(source, table, settings(key("a"), key("c"), key("gone"), key("was")));
        assertThat(result).isEqualTo(new Restore.Result(5, 2, 0, 0, 1));
        assertThat(warnings).singleElement().asString().contains("gone").contains("is not in");
        assertThat(contents()).containsOnlyKeys("a", "b", "c", "gone").containsEntry("b", version("b", 9));
        assertThat(restore(source, table, deleteExtra(settings(key("gone")))))
                .isEqualTo(new Restore.Result(5, 0, 1, 0, 0));
        assertThat(contents()).containsOnlyKeys("a", "b", "c");
    }

    @Test
    void aTableWithAnotherKeyIsRefused() {
        try (Restore restore = Restore.prove(new MemorySource().items(items(3)), BY_STRING, settings(), progress)) {
            assertThatThrownBy(() -> restore.into(new MemoryTable("other", BY_NUMBER)))
                    .isInstanceOf(InvalidSettingsException.class)
                    .hasMessageContaining("key");
        }
    }

    @Test
    void allIsThereWhateverTheNetworkDoesAndAnItemThatTheTableRefusesDoesNotKeepTheOthers() {
        TestDynamo dynamo = TestDynamo.shared();
        String name = dynamo.createTable("restore", BY_STRING);
        try (FaultProxy proxy = dynamo.proxy();
                DynamoDbClient client = TestDynamo.client(proxy.endpoint())) {
            long seed = 5;
            for (Fault fault :
                    List.of(Fault.throttle(), Fault.internalErrorAfter(), Fault.resetAfter(), Fault.unprocessed(0.5))) {
                proxy.on("*").table(name).probability(0.05, seed++).inject(fault);
            }
            Table faulty = DynamoTable.open(client, name);
            List<Item> items = new ArrayList<>(items(600));
            Item large = item("large", "v", s("x".repeat(Item.MAX_BYTES)));
            items.add(300, large);
            Restore.Result result = restore(new MemorySource().items(items), faulty, settings());
            assertThat(result.written()).isEqualTo(600);
            assertThat(result.failed()).isEqualTo(1);
            assertThat(warnings).singleElement().asString().contains("large");
            items.remove(large);
            Restore.Result again = restore(new MemorySource().items(items), faulty, overwrite(settings()));
            assertThat(again).isEqualTo(new Restore.Result(600, 0, 0, 600, 0));
        }
    }
}
