package dev.lockstep.cli;

import dev.lockstep.local.LocalDynamo;
import dev.lockstep.local.LocalS3;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Regions with tables and buckets, where command lines that name nothing but Regions find them, as long as it is open. */
final class Aws implements AutoCloseable {
    private static final Map<String, String> PROPERTIES = new HashMap<>();

    final LocalDynamo dynamo = LocalDynamo.startWithRegions();
    final LocalS3 s3 = LocalS3.start();
    private final Map<String, DynamoDbClient> clients = new HashMap<>();

    Aws() {
        set("aws.endpointUrlDynamodb", dynamo.endpoint().toString());
        set("aws.endpointUrlS3", s3.endpoint().toString());
        set("aws.endpointUrlCloudwatch", "http://127.0.0.1:1");
        set("aws.accessKeyId", "local");
        set("aws.secretAccessKey", "local");
    }

    private static void set(String name, String value) {
        PROPERTIES.put(name, value);
        System.setProperty(name, value);
    }

    DynamoDbClient in(String region) {
        return clients.computeIfAbsent(
                region,
                name -> DynamoDbClient.builder()
                        .endpointOverride(dynamo.endpoint())
                        .region(Region.of(name))
                        .credentialsProvider(
                                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .build());
    }

    void create(String region, String table) {
        create(region, table, ScalarAttributeType.S);
    }

    void create(String region, String table, ScalarAttributeType type) {
        in(region)
                .createTable(r -> r.tableName(table)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .keySchema(k -> k.attributeName("id").keyType(KeyType.HASH))
                        .attributeDefinitions(a -> a.attributeName("id").attributeType(type))
                        .streamSpecification(
                                s -> s.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)));
    }

    void put(String region, String table, Map<String, AttributeValue> item) {
        in(region).putItem(r -> r.tableName(table).item(item));
    }

    void put(String region, String table, List<Map<String, AttributeValue>> items) {
        items.forEach(item -> put(region, table, item));
    }

    Map<String, Map<String, AttributeValue>> contents(String region, String table) {
        Map<String, Map<String, AttributeValue>> items = new HashMap<>();
        in(region)
                .scanPaginator(r -> r.tableName(table))
                .items()
                .forEach(i -> items.put(i.get("id").toString() + i.getOrDefault("at", i.get("id")), i));
        return items;
    }

    List<String> objects(String bucket, String prefix) {
        return s3.client().listObjectsV2Paginator(r -> r.bucket(bucket).prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    String object(String bucket, String key) {
        return s3.client().getObjectAsBytes(r -> r.bucket(bucket).key(key)).asUtf8String();
    }

    @Override
    public void close() {
        PROPERTIES.keySet().forEach(System::clearProperty);
        clients.values().forEach(DynamoDbClient::close);
        s3.close();
        dynamo.close();
    }
}
