package dev.lockstep.replicate;

import static dev.lockstep.table.TestItems.BY_STRING_AND_NUMBER;
import static dev.lockstep.table.TestItems.bool;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.items;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.s;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.LockstepException;
import dev.lockstep.change.Change;
import dev.lockstep.change.Change.Effect;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.folder.ItemFolderJson;
import dev.lockstep.folder.ItemFolderName;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.objects.MemoryObjects;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.objects.S3Objects;
import dev.lockstep.objects.TestS3;
import dev.lockstep.replicate.Destination.Refused;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.TestItems;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectVersion;

@Timeout(60)
class FolderDestinationTest {
    private static final RetryPolicy PATIENT = new RetryPolicy(30, Duration.ofMillis(1), Duration.ofMillis(4));
    private static final ObjectRef FOLDER =
            ObjectRef.parse("s3://bucket/backup").folder("orders");

    private final Pool calls = Pool.of("test", 8);
    private final MemoryObjects memory = new MemoryObjects("bucket");
    private final FolderDestination folder = folder(memory);

    private FolderDestination folder(ObjectStore objects) {
        return new FolderDestination(
                new ItemFolder(RetryingObjects.over(objects, PATIENT, RetryingTable.Listener.NONE), FOLDER, calls),
                calls);
    }

    @AfterEach
    void close() {
        calls.close();
    }

    private static Change put(Item item) {
        return change(TestItems.put(item).key(), Effect.PUT, item);
    }

    private static Change delete(Key key) {
        return change(key, Effect.DELETE, null);
    }

    private static Change change(Key key, Effect effect, Item image) {
        return new Change(key, effect, image, "1", "1", 0, false);
    }

    private static Item order(String id, int at, String value) {
        Map<String, AttributeValue> attributes = new LinkedHashMap<>();
        attributes.put("at", n("" + at));
        attributes.put("id", s(id));
        attributes.put("v", s(value));
        return Item.of(attributes);
    }

    private static Key keyOf(Item order) {
        return BY_STRING_AND_NUMBER.keyOf(order.attributes());
    }

    /** As an older tool would have written it. */
    private void store(String name, String body) {
        memory.put("backup/orders/" + name, body.getBytes(UTF_8), Options.REPLACE);
    }

    @Test
    void anItemIsOneObjectOfBareDynamoDbJson() {
        Item item = item("record-1", "v", s("a/b \"é\" \u001f\n☃"));
        assertThat(folder.apply(List.of(put(item)))).isEmpty();
        assertThat(memory.texts())
                .containsExactly(Map.entry(
                        "backup/orders/d9b6990bcccce4c29a5f27866bf6f105a0fe391a29c4092e795f0b3c6528e4ac",
                        "{\"id\":{\"S\":\"record-1\"},\"v\":{\"S\":\"a/b \\\"é\\\" \\u001f\\n☃\"}}"));
        assertThat(folder.folder().read(key("record-1"))).hasValue(item);
        assertThat(folder.name()).isEqualTo("s3://bucket/backup/orders");
    }

    @Test
    void anItemThatChangesIsWrittenOver() {
        folder.apply(List.of(put(item("k", "v", n("1")))));
        folder.apply(List.of(put(item("k", "v", n("2")))));
        assertThat(memory.texts()).hasSize(1);
        assertThat(folder.folder().read(key("k"))).hasValue(item("k", "v", n("2")));
    }

    @Test
    void attributesOfThePrimarysOwnReplicationAreLeftOut() {
        folder.apply(List.of(put(item("k", Map.of("v", n("1"), "aws:rep:deleting", bool(false))))));
        assertThat(folder.folder().read(key("k"))).hasValue(item("k", "v", n("1")));
        assertThat(memory.texts().values()).allMatch(body -> !body.contains("aws:rep"));
    }

    @Test
    void aDeletedItemIsGoneUnderEveryNameThatItMayHaveHad() {
        Item order = order("a", 7, "old");
        for (String name : ItemFolderName.all(keyOf(order))) {
            store(name, "{\"id\":{\"S\":\"a\"},\"at\":{\"N\":\"7\"}}");
        }
        store("another", "{}");
        assertThat(memory.texts()).hasSize(5);
        folder.apply(List.of(delete(keyOf(order))));
        assertThat(memory.texts()).containsOnlyKeys("backup/orders/another");
        assertThat(folder.folder().read(keyOf(order))).isEmpty();
        assertThat(folder.apply(List.of(delete(keyOf(order))))).isEmpty();
    }

    @Test
    void anItemIsFoundUnderEveryNameAndTheNewestWins() {
        Item order = order("a", 7, "0");
        List<String> names = ItemFolderName.all(keyOf(order));
        assertThat(names).hasSize(4);
        for (int i = 0; i < 12; i++) {
            Item written = order("a", 7, "" + i);
            store(names.get(i * 3 % 4), new String(ItemFolderJson.bytes(written.attributes()), UTF_8));
            assertThat(folder.folder().read(keyOf(order))).hasValue(written);
        }
        folder.apply(List.of(change(keyOf(order), Effect.PUT, order("a", 7, "ours"))));
        assertThat(folder.folder().read(keyOf(order))).hasValue(order("a", 7, "ours"));
    }

    @Test
    void whatIsNotTheItemOfTheKeyIsNotReadAsIt() {
        String name = ItemFolderName.of(key("k"));
        for (String body : List.of(
                "",
                "{\"id\":{\"S\":\"k\"}",
                "{\"id\":{\"S\":\"hunter2\"}}",
                "{\"v\":{\"S\":\"hunter2\"}}",
                "[\"hunter2\"]",
                "{\"id\":\"k\"}")) {
            store(name, body);
            assertThatThrownBy(() -> folder.folder().read(key("k")))
                    .as(body)
                    .isInstanceOf(LockstepException.class)
                    .hasMessageContaining("s3://bucket/backup/orders/" + name)
                    .message()
                    .doesNotContain("hunter2");
        }
    }

    @Test
    void anItemThatCannotBeEncodedIsRefusedAndTheOthersAreWritten() {
        Change faulty = put(item("faulty", "v", s("hunter2\ud800")));
        List<Refused> refused = folder.apply(List.of(put(item("a")), faulty, put(item("b"))));
        assertThat(refused).extracting(Refused::change).containsExactly(faulty);
        assertThat(refused.get(0).reason())
                .hasMessageContaining("surrogate")
                .hasMessageContaining("faulty")
                .message()
                .doesNotContain("hunter2");
        assertThat(memory.texts()).hasSize(2);
    }

    @Test
    void noChangesAreNoCalls() {
        assertThat(folder.apply(List.of())).isEmpty();
    }

    @Test
    void aFolderHoldsItemsWhereAnObjectIsInItNotBesideIt() {
        memory.put("backup/orders-2/x", new byte[0], Options.REPLACE);
        assertThat(folder.holdsItems()).isFalse();
        folder.apply(List.of(put(item("k"))));
        assertThat(folder.holdsItems()).isTrue();
    }

    /** The same over S3 behind a proxy, in a bucket of its own. */
    private FolderDestination onS3(S3Client client, String bucket) {
        var objects = RetryingObjects.over(new S3Objects(client, bucket), PATIENT, RetryingTable.Listener.NONE);
        return new FolderDestination(
                new ItemFolder(objects, ObjectRef.parse("s3://" + bucket + "/backup/orders"), calls), calls);
    }

    @Test
    void aPutIsOneRequestAndADeleteOneForEachName() {
        try (FaultProxy proxy = TestS3.proxy();
                S3Client client = TestS3.client(proxy.endpoint())) {
            FolderDestination onS3 = onS3(client, TestS3.createBucket());
            onS3.apply(items(20).stream().map(FolderDestinationTest::put).toList());
            assertThat(proxy.stats().totalRequests()).isEqualTo(20);
            assertThat(proxy.stats().maxInFlight()).isBetween(2, 8);
            proxy.reset();
            onS3.apply(List.of(delete(key("k0")), delete(keyOf(order("a", 1, "v")))));
            assertThat(proxy.stats().totalRequests()).isEqualTo(2 + 4);
        }
    }

    @Test
    void versionsAreTheHistoryOfAnItem() {
        String bucket = TestS3.createBucket();
        FolderDestination onS3 = onS3(TestS3.client(), bucket);
        onS3.apply(List.of(put(item("k", "v", n("1")))));
        onS3.apply(List.of(put(item("k", "v", n("2")))));
        onS3.apply(List.of(delete(key("k"))));
        var history = TestS3.client().listObjectVersions(r -> r.bucket(bucket));
        assertThat(history.versions())
                .extracting(ObjectVersion::key)
                .containsOnly("backup/orders/" + ItemFolderName.of(key("k")))
                .hasSize(2);
        assertThat(history.deleteMarkers()).anyMatch(m -> m.isLatest());
    }

    @Test
    void everyChangeIsThereWhenApplyReturnsWhateverTheNetworkDoes() {
        try (FaultProxy proxy = TestS3.proxy();
                S3Client client = TestS3.client(proxy.endpoint())) {
            long seed = 3;
            for (Fault fault : List.of(
                    Fault.slowDown(),
                    Fault.internalErrorBefore(),
                    Fault.internalErrorAfter(),
                    Fault.resetBefore(),
                    Fault.resetAfter(),
                    Fault.corruptBody(),
                    Fault.truncatedBody())) {
                proxy.on("*").probability(0.06, seed++).inject(fault);
            }
            String bucket = TestS3.createBucket();
            FolderDestination faulty = onS3(client, bucket);
            List<Item> items = items(150);
            faulty.apply(items.stream().map(FolderDestinationTest::put).toList());
            faulty.apply(items.subList(0, 50).stream()
                    .map(item -> delete(TestItems.put(item).key()))
                    .toList());
            ItemFolder straight = onS3(TestS3.client(), bucket).folder();
            List<Item> there = new ArrayList<>();
            for (Item item : items) {
                Key key = TestItems.put(item).key();
                Optional<Item> found = straight.read(key);
                assertThat(faulty.folder().read(key)).isEqualTo(found);
                found.ifPresent(there::add);
            }
            assertThat(there).isEqualTo(items.subList(50, 150));
            assertThat(proxy.stats().faults()).isPositive();
        }
    }

    @Test
    void aFolderThatMayNotBeWrittenFailsAndSaysWhich() {
        try (FaultProxy proxy = TestS3.proxy();
                S3Client client = TestS3.client(proxy.endpoint())) {
            String bucket = TestS3.createBucket();
            FolderDestination denied = onS3(client, bucket);
            proxy.on("PutObject").inject(Fault.error(403, "AccessDenied", "Access Denied"));
            LockstepException failure = catchThrowableOfType(
                    LockstepException.class, () -> denied.apply(List.of(put(item("a")), put(item("b")))));
            assertThat(failure.retryable()).isFalse();
            assertThat(failure)
                    .message()
                    .startsWith("PutObject s3://" + bucket + "/backup/orders/")
                    .contains("AccessDenied");
            assertThat(proxy.stats().requests("PutObject")).isEqualTo(2);
        }
    }
}
