package dev.lockstep.table;

import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalDynamo;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;

/** One DynamoDB Local for all tests of this JVM; tests tell their tables apart by name. Thread-safe. */
public final class TestDynamo {
    private static final class Holder {
        static final TestDynamo SHARED = new TestDynamo(LocalDynamo.start());
    }

    private final LocalDynamo local;
    private final DynamoDbClient client;

    private TestDynamo(LocalDynamo local) {
        this.local = local;
        this.client = client(local.endpoint());
    }

    public static TestDynamo shared() {
        return Holder.SHARED;
    }

    public URI endpoint() {
        return local.endpoint();
    }

    /** Straight to the server; not to be closed. */
    public DynamoDbClient client() {
        return client;
    }

    /** A proxy before the server, the test's to close. */
    public FaultProxy proxy() {
        return FaultProxy.start(endpoint());
    }

    /** A client as {@link DynamoTable} wants it: it never tries again by itself. The test's to close. */
    public static DynamoDbClient client(URI endpoint) {
        return client(endpoint, Duration.ofSeconds(20));
    }

    /** The same, which waits no longer than that for an answer. */
    public static DynamoDbClient client(URI endpoint, Duration timeout) {
        return DynamoDbClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .httpClient(
                        UrlConnectionHttpClient.builder().socketTimeout(timeout).build())
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    /** Creates an empty on-demand table and tells its name, which begins with the prefix. */
    public String createTable(String prefix, KeySchema schema) {
        String name = prefix + "-" + UUID.randomUUID();
        client.createTable(r -> r.tableName(name)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(schema.attributes().stream()
                        .map(a -> AttributeDefinition.builder()
                                .attributeName(a.name())
                                .attributeType(a.type())
                                .build())
                        .toList())
                .keySchema(schema.attributes().stream()
                        .map(a -> KeySchemaElement.builder()
                                .attributeName(a.name())
                                .keyType(a.equals(schema.partition()) ? KeyType.HASH : KeyType.RANGE)
                                .build())
                        .toList()));
        return name;
    }

    /** Creates an empty table and opens it straight. */
    public DynamoTable table(String prefix, KeySchema schema) {
        return DynamoTable.open(client, createTable(prefix, schema));
    }
}
