package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;

/** What the meter says, against what AWS's rules give by hand. Keys have two bytes; with the names "pk" and "v" that leaves n - 5 for the value. */
class MeterTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aPutCostsAUnitForEachKilobyteBegun() {
        put("k1", 1024);
        assertWritten(1);
        put("k2", 1025);
        assertWritten(1 + 2);
    }

    @Test
    void overwritingABigItemCostsTheBigItem() {
        store("k1", 3000);
        put("k1", 100);
        assertWritten(3);
    }

    @Test
    void aDeleteCostsTheItemItRemovesAndAtLeastOne() {
        store("k1", 2500);
        delete("k1");
        assertWritten(3);
        delete("k1");
        assertWritten(3 + 1);
    }

    @Test
    void aFailedConditionIsBilled() {
        store("k1", 100);
        assertThatThrownBy(() -> rig.client.putItem(p ->
                        p.tableName(rig.table).item(item("k1", 1500)).conditionExpression("attribute_not_exists(pk)")))
                .isInstanceOf(ConditionalCheckFailedException.class);
        assertWritten(2);
    }

    @Test
    void aBatchWriteCostsEachItemByItself() {
        rig.client.batchWriteItem(b -> b.requestItems(Map.of(rig.table, Rig.puts(10, 1024 - 5))));
        assertWritten(10);
        rig.client.batchWriteItem(b -> b.requestItems(Map.of(rig.table, Rig.puts(10, 1024 - 4))));
        assertWritten(10 + 20);
    }

    @Test
    void aGetCostsAUnitForEachFourKilobytesAndHalfWhenEventual() {
        store("k1", 4096);
        store("k2", 4097);
        get("k1", false);
        assertRead(0.5);
        get("k1", true);
        assertRead(0.5 + 1);
        get("k2", true);
        assertRead(0.5 + 1 + 2);
        get("no", true);
        assertRead(0.5 + 1 + 2 + 1);
    }

    @Test
    void aBatchGetRoundsEachItemUpAndMissingOnesCost() {
        store("k1", 200);
        store("k2", 4097);
        rig.client.batchGetItem(b -> b.requestItems(Map.of(
                rig.table,
                KeysAndAttributes.builder()
                        .keys(List.of(Rig.key("k1"), Rig.key("k2"), Rig.key("no")))
                        .consistentRead(true)
                        .build())));
        assertRead(1 + 2 + 1);
    }

    @Test
    void aScanRoundsUpThePageOnce() {
        IntStream.range(10, 50).forEach(i -> store("" + i, 200));
        rig.client.scan(s -> s.tableName(rig.table));
        assertRead(1);
        rig.client.scan(s -> s.tableName(rig.table).consistentRead(true));
        assertRead(1 + 2);
    }

    @Test
    void anEmptyScanStillCosts() {
        rig.client.scan(s -> s.tableName(rig.table));
        assertRead(0.5);
    }

    @Test
    void meteringIsInvisibleToAClientThatDidNotAsk() {
        store("k1", 100);
        assertThat(rig.client
                        .getItem(g -> g.tableName(rig.table).key(Rig.key("k1")))
                        .consumedCapacity())
                .isNull();
        assertThat(rig.client
                        .getItem(g -> g.tableName(rig.table)
                                .key(Rig.key("k1"))
                                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL))
                        .consumedCapacity()
                        .capacityUnits())
                .isEqualTo(0.5);
    }

    @Test
    void everyTypeComesThroughUnchanged() {
        Map<String, AttributeValue> item = Map.of(
                "pk", Rig.s("k1 \u0000 \u202e \r\n 😀 \" \\"),
                "n", AttributeValue.fromN("-12345678901234567890.123456789"),
                "l", AttributeValue.fromL(List.of(AttributeValue.fromBool(true), AttributeValue.fromNul(true))),
                "ss", AttributeValue.fromSs(List.of("a", "é")));
        rig.client.putItem(p -> p.tableName(rig.table).item(item));

        assertThat(rig.client.scan(s -> s.tableName(rig.table)).items()).containsExactly(item);
        assertThat(rig.direct.scan(s -> s.tableName(rig.table)).items()).containsExactly(item);
    }

    @Test
    void latencyAddsToEachCall() {
        rig.get("warm");
        rig.proxy.latency(Duration.ofMillis(150));

        long start = System.nanoTime();
        rig.get("a");

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(150));
    }

    @Test
    void callsAtOnceAreCounted() throws Exception {
        CyclicBarrier all = new CyclicBarrier(8);
        rig.proxy.before("GetItem", call -> all.await(10, TimeUnit.SECONDS));

        getAtOnce(8, rig.client);

        assertThat(rig.proxy.stats().maxInFlight()).isEqualTo(8);
        assertThat(rig.proxy.stats().requests("GetItem")).isEqualTo(8);
    }

    @Test
    void theUpstreamNeverSeesMoreThan32CallsAtOnce() throws Exception {
        rig.proxy.latency(Duration.ofMillis(50));
        try (FaultProxy front = FaultProxy.start(rig.proxy.endpoint());
                DynamoDbClient client = Rig.client(front.endpoint(), Rig.READ_TIMEOUT)) {
            CyclicBarrier all = new CyclicBarrier(48);
            front.before("GetItem", call -> all.await(10, TimeUnit.SECONDS));

            getAtOnce(48, client);

            assertThat(front.stats().maxInFlight()).isEqualTo(48);
            assertThat(rig.proxy.stats().requests("GetItem")).isEqualTo(48);
            assertThat(rig.proxy.stats().maxInFlight()).isBetween(2, 32);
        }
    }

    @Test
    void resetStartsFromZero() {
        put("k1", 100);
        rig.proxy.reset();

        assertThat(rig.proxy.stats()).isEqualTo(new Meter(Map.of(), Map.of(), Map.of(), 0, 0, 0, 0));
    }

    private void getAtOnce(int calls, DynamoDbClient client) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(calls);
        Callable<?> get = () -> client.getItem(g -> g.tableName(rig.table).key(Rig.key("a")));
        try {
            for (Future<?> call : threads.invokeAll(Collections.nCopies(calls, get))) {
                call.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    private static Map<String, AttributeValue> item(String key, int size) {
        return Rig.item(key, size - 5);
    }

    private void put(String key, int size) {
        rig.client.putItem(p -> p.tableName(rig.table).item(item(key, size)));
    }

    private void store(String key, int size) {
        rig.direct.putItem(p -> p.tableName(rig.table).item(item(key, size)));
    }

    private void delete(String key) {
        rig.client.deleteItem(d -> d.tableName(rig.table).key(Rig.key(key)));
    }

    private void get(String key, boolean consistent) {
        rig.client.getItem(g -> g.tableName(rig.table).key(Rig.key(key)).consistentRead(consistent));
    }

    private void assertWritten(double units) {
        assertThat(rig.proxy.stats().writeUnits(rig.table)).isEqualTo(units);
    }

    private void assertRead(double units) {
        assertThat(rig.proxy.stats().readUnits(rig.table)).isEqualTo(units);
    }
}
