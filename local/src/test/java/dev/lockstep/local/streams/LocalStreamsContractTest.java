package dev.lockstep.local.streams;

import dev.lockstep.local.LocalDynamo;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The SDK's client on DynamoDB Local. */
class LocalStreamsContractTest extends StreamsContract {
    private static LocalDynamo local;
    private static DynamoDbStreamsClient streams;

    @BeforeAll
    static void startServer() {
        local = LocalDynamo.start();
        streams = DynamoDbStreamsClient.builder()
                .endpointOverride(local.endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    @AfterAll
    static void stopServer() {
        streams.close();
        local.close();
    }

    @Override
    StreamedTableUnderTest open() {
        String table = "t-" + UUID.randomUUID();
        local.client()
                .createTable(c -> c.tableName(table)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .attributeDefinitions(AttributeDefinition.builder()
                                .attributeName("pk")
                                .attributeType(ScalarAttributeType.S)
                                .build())
                        .keySchema(KeySchemaElement.builder()
                                .attributeName("pk")
                                .keyType(KeyType.HASH)
                                .build()));
        return new Real(table);
    }

    private record Real(String table) implements StreamedTableUnderTest {
        @Override
        public DynamoDbStreamsClient client() {
            return streams;
        }

        @Override
        public String enable(StreamViewType view) {
            return local.client()
                    .updateTable(u -> u.tableName(table)
                            .streamSpecification(s -> s.streamEnabled(true).streamViewType(view)))
                    .tableDescription()
                    .latestStreamArn();
        }

        @Override
        public void disable() {
            local.client().updateTable(u -> u.tableName(table).streamSpecification(s -> s.streamEnabled(false)));
        }

        @Override
        public void put(Map<String, AttributeValue> item) {
            local.client().putItem(p -> p.tableName(table).item(item));
        }

        @Override
        public void delete(Map<String, AttributeValue> key) {
            local.client().deleteItem(d -> d.tableName(table).key(key));
        }

        @Override
        public void close() {
            local.client().deleteTable(d -> d.tableName(table));
        }
    }
}
