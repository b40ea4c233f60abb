package dev.lockstep.streams.kcl;

import dev.lockstep.local.LocalDynamo;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** A table with a stream on DynamoDB Local, and the clients that a worker needs. */
final class Rig implements AutoCloseable {
    private static final int BATCH = 25;
    private static final StaticCredentialsProvider LOCAL =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local-secret"));

    private final LocalDynamo server;
    final DynamoDbClient tables;
    final DynamoDbStreamsClient streams;
    final DynamoDbAsyncClient leases;
    final CloudWatchAsyncClient cloudWatch;
    final String table = "orders-" + UUID.randomUUID();
    private final List<StreamWorker> workers = new ArrayList<>();

    Rig() {
        server = LocalDynamo.start();
        tables = server.client();
        streams = streams(server.endpoint());
        leases = leases(server.endpoint());
        cloudWatch = cloudWatch(server.endpoint());
        createTable();
    }

    static DynamoDbStreamsClient streams(URI endpoint) {
        return DynamoDbStreamsClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(LOCAL)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    static DynamoDbAsyncClient leases(URI endpoint) {
        return DynamoDbAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(LOCAL)
                .build();
    }

    static CloudWatchAsyncClient cloudWatch(URI endpoint) {
        return CloudWatchAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(LOCAL)
                .build();
    }

    void createTable() {
        tables.createTable(request -> request.tableName(table)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(a -> a.attributeName("id").attributeType(ScalarAttributeType.S))
                .keySchema(k -> k.attributeName("id").keyType(KeyType.HASH))
                .streamSpecification(s -> s.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)));
    }

    URI endpoint() {
        return server.endpoint();
    }

    String stream() {
        return tables.describeTable(r -> r.tableName(table)).table().latestStreamArn();
    }

    void put(String id, int version) {
        tables.putItem(r -> r.tableName(table).item(item(id, version)));
    }

    private static Map<String, AttributeValue> item(String id, int version) {
        return Map.of(
                "id",
                AttributeValue.fromS(id),
                "version",
                AttributeValue.fromN(Integer.toString(version)),
                "secret",
                AttributeValue.fromS(Captured.CANARY));
    }

    /** Puts items {@code prefix0} to {@code prefix<count - 1>}. */
    void putAll(String prefix, int count) {
        for (int from = 0; from < count; from += BATCH) {
            List<WriteRequest> writes = IntStream.range(from, Math.min(count, from + BATCH))
                    .mapToObj(i -> WriteRequest.builder()
                            .putRequest(PutRequest.builder()
                                    .item(item(prefix + i, i))
                                    .build())
                            .build())
                    .toList();
            tables.batchWriteItem(r -> r.requestItems(Map.of(table, writes)));
        }
    }

    /** Gives all leases to that worker, as a leader does. */
    void assign(String name, String worker) {
        for (LeaseTable.Row row : new LeaseTable(leases, name).rows().leases()) {
            tables.updateItem(r -> r.tableName(name)
                    .key(Map.of("leaseKey", AttributeValue.fromS(row.shardId())))
                    .updateExpression("SET leaseOwner = :worker ADD leaseCounter :one")
                    .expressionAttributeValues(
                            Map.of(":worker", AttributeValue.fromS(worker), ":one", AttributeValue.fromN("1"))));
        }
    }

    StreamWorker worker(WorkerSettings settings, ShardWork work) {
        return worker(new DynamoStreamSource(streams, stream()), settings, work);
    }

    StreamWorker worker(StreamSource source, WorkerSettings settings, ShardWork work) {
        StreamWorker worker = new StreamWorker(source, settings, leases, cloudWatch, work);
        workers.add(worker);
        return worker;
    }

    @Override
    public void close() {
        workers.forEach(StreamWorker::close);
        streams.close();
        leases.close();
        cloudWatch.close();
        server.close();
    }
}
