package dev.lockstep.replicate;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.items;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.objects.MemoryObjects;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.objects.S3Objects;
import dev.lockstep.objects.TestS3;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RandomItems;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.TestItems;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.s3.S3Client;

/** The first copy into a folder of items: the backfill of an incremental backup. */
@Timeout(60)
class CopyToFolderTest {
    private static final RetryPolicy PATIENT = new RetryPolicy(20, Duration.ofMillis(1), Duration.ofMillis(4));

    private final Pool calls = Pool.of("test", 8);
    private final MemoryObjects memory = new MemoryObjects("bucket");
    private final MemoryTable primary = new MemoryTable("primary", BY_STRING).pagesOf(30);

    @AfterEach
    void close() {
        calls.close();
    }

    private FolderDestination folder(ObjectStore objects, String name) {
        return new FolderDestination(
                new ItemFolder(
                        RetryingObjects.over(objects, PATIENT, Progress.NONE),
                        ObjectRef.parse(objects.name() + "/" + name),
                        calls),
                calls);
    }

    private Copy.Result copy(
            boolean overwrite, boolean dryRun, List<MemoryTable> tables, FolderDestination... folders) {
        CopySettings settings = new CopySettings(OptionalInt.of(3), Optional.empty(), 2, overwrite, dryRun, PATIENT);
        return new Copy(primary, tables, List.of(folders), settings, Progress.NONE, CopyCheckpoint.NONE).run();
    }

    private static Item read(FolderDestination folder, Item item) {
        return folder.folder().read(TestItems.put(item).key()).orElseThrow();
    }

    @Test
    void tablesAndFoldersGetEveryItemByOneReading() {
        RandomItems random = new RandomItems(6);
        List<Item> items =
                IntStream.range(0, 100).mapToObj(i -> random.item("k" + i)).toList();
        items.forEach(primary::put);
        MemoryTable table = new MemoryTable("table", BY_STRING);
        FolderDestination first = folder(memory, "first");
        FolderDestination second = folder(memory, "second");
        assertThat(copy(false, false, List.of(table), first, second)).isEqualTo(new Copy.Result(100, 300));
        assertThat(table.items()).isEqualTo(primary.items());
        assertThat(memory.texts()).hasSize(200);
        assertThat(items).allSatisfy(item -> {
            assertThat(read(first, item)).isEqualTo(item);
            assertThat(read(second, item)).isEqualTo(item);
        });
    }

    @Test
    void aFolderThatHoldsObjectsIsLeftAsItIsUnlessOverwritten() {
        items(5).forEach(primary::put);
        FolderDestination folder = folder(memory, "orders");
        folder.write(List.of(TestItems.put(item("k0", "v", n("99")))));
        assertThatThrownBy(() -> copy(false, false, List.of(), folder))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("s3://bucket/orders")
                .hasMessageContaining("--overwrite");
        assertThat(memory.texts()).hasSize(1);
        copy(true, false, List.of(), folder);
        assertThat(read(folder, item("k0"))).isEqualTo(item("k0", "v", n("0")));
        assertThat(memory.texts()).hasSize(5);
    }

    @Test
    void aDryRunWritesNothing() {
        items(5).forEach(primary::put);
        MemoryTable table = new MemoryTable("table", BY_STRING);
        assertThat(copy(false, true, List.of(table), folder(memory, "orders")).read())
                .isEqualTo(5);
        assertThat(memory.texts()).isEmpty();
        assertThat(table.items()).isEmpty();
    }

    @Test
    void aFolderNamedTwiceIsRefused() {
        assertThatThrownBy(() -> copy(false, false, List.of(), folder(memory, "a"), folder(memory, "a")))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> copy(false, false, List.of())).isInstanceOf(InvalidSettingsException.class);
    }

    @Test
    void nothingIsLostBehindABadNetworkAndABusyService() {
        List<Item> items = items(200);
        items.forEach(primary::put);
        try (FaultProxy proxy = TestS3.proxy();
                S3Client client = TestS3.client(proxy.endpoint())) {
            long seed = 10;
            for (Fault fault : List.of(
                    Fault.slowDown(), Fault.internalErrorBefore(), Fault.internalErrorAfter(), Fault.resetAfter())) {
                proxy.on("*").probability(0.1, seed++).inject(fault);
            }
            S3Objects bucket = new S3Objects(client, TestS3.createBucket());
            FolderDestination folder = folder(bucket, "orders");
            assertThat(copy(false, false, List.of(), folder)).isEqualTo(new Copy.Result(200, 200));
            proxy.clear();
            assertThat(items).allSatisfy(item -> assertThat(read(folder, item)).isEqualTo(item));
            assertThat(proxy.stats().faults()).isPositive();
        }
    }
}
