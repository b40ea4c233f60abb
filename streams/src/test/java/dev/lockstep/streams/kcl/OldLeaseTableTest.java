package dev.lockstep.streams.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.streams.kcl.WorkerSettings.Start;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;

/** Lease tables that version 1 of the Kinesis Client Library left behind: made by hand, as it makes them. */
@Timeout(120)
class OldLeaseTableTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    /** Capacity of its own, no index, one attribute as its key. */
    private void createOldTable(String name) {
        rig.tables.createTable(r -> r.tableName(name)
                .attributeDefinitions(a -> a.attributeName("leaseKey").attributeType(ScalarAttributeType.S))
                .keySchema(k -> k.attributeName("leaseKey").keyType(KeyType.HASH))
                .provisionedThroughput(p -> p.readCapacityUnits(10L).writeCapacityUnits(10L)));
    }

    private void lease(String name, String shard, String checkpoint) {
        rig.tables.putItem(r -> r.tableName(name)
                .item(Map.of(
                        "leaseKey", AttributeValue.fromS(shard),
                        "leaseOwner", AttributeValue.fromS("worker" + name + "5b8e1c8a-22b7-4f7e-9d13-0f0c2f4d7e11"),
                        "leaseCounter", AttributeValue.fromN("4711"),
                        "ownerSwitchesSinceCheckpoint", AttributeValue.fromN("0"),
                        "checkpoint", AttributeValue.fromS(checkpoint),
                        "checkpointSubSequenceNumber", AttributeValue.fromN("0"))));
    }

    private String shard() {
        return rig.streams
                .describeStream(r -> r.streamArn(rig.stream()))
                .streamDescription()
                .shards()
                .get(0)
                .shardId();
    }

    private String sequenceOf(int number) {
        String iterator = rig.streams
                .getShardIterator(r ->
                        r.streamArn(rig.stream()).shardId(shard()).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .shardIterator();
        List<Record> records =
                rig.streams.getRecords(r -> r.shardIterator(iterator)).records();
        return records.get(number).dynamodb().sequenceNumber();
    }

    @Test
    void aTaskGoesOnWhereItsOldLeasesSay() {
        rig.putAll("a", 20);
        createOldTable("old-task");
        lease("old-task", shard(), sequenceOf(11));
        Captured captured = new Captured();
        Running running = new Running(rig.worker(WorkerSettings.of("old-task", Start.TRIM_HORIZON), captured));
        await().atMost(Duration.ofSeconds(60)).until(() -> running.ended() || captured.ids.contains("a19"));
        rig.putAll("b", 5);
        await().atMost(Duration.ofSeconds(60)).until(() -> running.ended() || captured.ids.contains("b4"));
        assertThat(captured.ids.subList(0, 8))
                .as("what the old task has done is not done again, and nothing is left out")
                .isEqualTo(IntStream.range(12, 20).mapToObj(i -> "a" + i).toList());
        assertThat(captured.ids).hasSize(13);
        assertThat(rig.tables
                        .describeTable(r -> r.tableName("old-task"))
                        .table()
                        .globalSecondaryIndexes())
                .hasSize(1);
    }

    @Test
    void aShardThatTheOldTaskFinishedIsNotReadAgain() {
        rig.putAll("a", 5);
        createOldTable("ended-task");
        lease("ended-task", "shardId-00000000000000000001-00000001", "SHARD_END");
        lease("ended-task", shard(), sequenceOf(4));
        Captured captured = new Captured();
        Running running = new Running(rig.worker(WorkerSettings.of("ended-task", Start.TRIM_HORIZON), captured));
        await().atMost(Duration.ofSeconds(60)).until(() -> running.ended() || !captured.opened.isEmpty());
        rig.putAll("b", 1);
        await().atMost(Duration.ofSeconds(60)).until(() -> running.ended() || captured.ids.contains("b0"));
        assertThat(captured.ids).containsExactly("b0");
    }
}
