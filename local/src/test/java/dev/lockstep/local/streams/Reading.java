package dev.lockstep.local.streams;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** How tests read a stream. */
final class Reading {
    private Reading() {}

    static Map<String, AttributeValue> key(String pk) {
        return Map.of("pk", AttributeValue.fromS(pk));
    }

    static Map<String, AttributeValue> item(String pk, String value) {
        return Map.of("pk", AttributeValue.fromS(pk), "v", AttributeValue.fromS(value));
    }

    static List<Shard> shards(DynamoDbStreamsClient client, String arn) {
        return client.describeStream(d -> d.streamArn(arn)).streamDescription().shards();
    }

    static String iterator(DynamoDbStreamsClient client, String arn, String shard, ShardIteratorType type) {
        return client.getShardIterator(g -> g.streamArn(arn).shardId(shard).shardIteratorType(type))
                .shardIterator();
    }

    static String iterator(
            DynamoDbStreamsClient client, String arn, String shard, ShardIteratorType type, String sequence) {
        return client.getShardIterator(g ->
                        g.streamArn(arn).shardId(shard).shardIteratorType(type).sequenceNumber(sequence))
                .shardIterator();
    }

    /** All records of a shard, until a page is empty or the last. */
    static List<Record> drain(DynamoDbStreamsClient client, String arn, String shard) {
        List<Record> records = new ArrayList<>();
        String next = iterator(client, arn, shard, ShardIteratorType.TRIM_HORIZON);
        while (next != null) {
            GetRecordsResponse page = page(client, next);
            if (page.records().isEmpty()) {
                break;
            }
            records.addAll(page.records());
            next = page.nextShardIterator();
        }
        return records;
    }

    static GetRecordsResponse page(DynamoDbStreamsClient client, String iterator) {
        return client.getRecords(g -> g.shardIterator(iterator));
    }

    static List<String> sequences(List<Record> records) {
        return records.stream().map(r -> r.dynamodb().sequenceNumber()).toList();
    }

    static List<String> values(List<Record> records) {
        return records.stream().map(r -> r.dynamodb().newImage().get("v").s()).toList();
    }
}
