package dev.lockstep.local;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** One DynamoDB Local for all tests; for each test a table, a proxy, and a client through it that never tries again by itself. */
final class Rig implements AutoCloseable {
    private static final LocalDynamo LOCAL = LocalDynamo.start();

    static final Duration READ_TIMEOUT = Duration.ofSeconds(5);

    final String table = "t-" + UUID.randomUUID();
    final FaultProxy proxy = FaultProxy.start(LOCAL.endpoint());
    final DynamoDbClient client = client(proxy.endpoint(), READ_TIMEOUT);
    final DynamoDbClient direct = LOCAL.client();

    Rig() {
        create(table);
    }

    void create(String name) {
        direct.createTable(c -> c.tableName(name)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("pk")
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName("pk")
                        .keyType(KeyType.HASH)
                        .build()));
    }

    static DynamoDbClient client(URI endpoint, Duration readTimeout) {
        return DynamoDbClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .httpClient(UrlConnectionHttpClient.builder()
                        .socketTimeout(readTimeout)
                        .build())
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    static AttributeValue s(String value) {
        return AttributeValue.fromS(value);
    }

    static Map<String, AttributeValue> key(String pk) {
        return Map.of("pk", s(pk));
    }

    static Map<String, AttributeValue> item(String pk, int bytes) {
        return Map.of("pk", s(pk), "v", s("x".repeat(bytes)));
    }

    void put(String pk) {
        client.putItem(p -> p.tableName(table).item(item(pk, 10)));
    }

    void putDirect(String pk, int bytes) {
        direct.putItem(p -> p.tableName(table).item(item(pk, bytes)));
    }

    Map<String, AttributeValue> get(String pk) {
        return client.getItem(g -> g.tableName(table).key(key(pk))).item();
    }

    boolean stored(String pk) {
        return direct.getItem(g -> g.tableName(table).key(key(pk)).consistentRead(true))
                .hasItem();
    }

    int count() {
        return direct.scan(s -> s.tableName(table).consistentRead(true)).count();
    }

    static List<WriteRequest> puts(int n, int bytes) {
        return IntStream.range(0, n)
                .mapToObj(i -> WriteRequest.builder()
                        .putRequest(
                                PutRequest.builder().item(item("k" + i, bytes)).build())
                        .build())
                .toList();
    }

    @Override
    public void close() {
        client.close();
        proxy.close();
    }
}
