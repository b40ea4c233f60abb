package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

class BudgetTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aBatchBeyondTheBudgetComesBackInPartAndThenThrows() {
        rig.proxy.writeUnitsPerSecond(0.001 + 10);

        BatchWriteItemResponse answer = write(Rig.puts(25, 10));

        int left = answer.unprocessedItems().get(rig.table).size();
        assertThat(left).isBetween(13, 15);
        assertThat(rig.count()).isEqualTo(25 - left);
        rig.proxy.writeUnitsPerSecond(0.001);
        rig.put("drains the bucket");
        assertThatThrownBy(() -> write(Rig.puts(2, 10))).isInstanceOf(ProvisionedThroughputExceededException.class);
        assertThat(rig.proxy.stats().throttled()).isEqualTo(1);
        assertThat(rig.proxy.stats().unprocessed()).isEqualTo(left);
    }

    @Test
    void singleCallsAreThrottledUntilUnitsComeBack() {
        rig.proxy.writeUnitsPerSecond(4);
        rig.client.putItem(p -> p.tableName(rig.table).item(Rig.item("big", 8000)));

        assertThatThrownBy(() -> rig.put("a")).isInstanceOf(ProvisionedThroughputExceededException.class);

        Awaitility.await().ignoreExceptions().until(() -> {
            rig.put("a");
            return true;
        });
        assertThat(rig.stored("a")).isTrue();
    }

    @Test
    void readsHaveABudgetOfTheirOwn() {
        rig.putDirect("a", 10);
        rig.proxy.readUnitsPerSecond(0.001);

        rig.get("a");

        assertThatThrownBy(() -> rig.get("a")).isInstanceOf(ProvisionedThroughputExceededException.class);
        assertThatThrownBy(() -> rig.client.scan(s -> s.tableName(rig.table)))
                .isInstanceOf(ProvisionedThroughputExceededException.class);
        rig.put("b");
        rig.proxy.readUnitsPerSecond(Double.POSITIVE_INFINITY);
        assertThat(rig.get("b")).isNotEmpty();
    }

    @Test
    void aBucketSavesOneSecondAndMayGoBelowZero() {
        AtomicLong nanos = new AtomicLong();
        TokenBucket bucket = new TokenBucket(10, nanos::get);
        nanos.addAndGet(60_000_000_000L);

        bucket.take(25);

        assertThat(bucket.open()).isFalse();
        nanos.addAndGet(1_500_000_000L);
        assertThat(bucket.open()).as("still at zero").isFalse();
        nanos.addAndGet(1);
        assertThat(bucket.open()).isTrue();
    }

    private BatchWriteItemResponse write(List<WriteRequest> requests) {
        return rig.client.batchWriteItem(b -> b.requestItems(Map.of(rig.table, requests)));
    }
}
