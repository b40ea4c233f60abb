package dev.lockstep.cli;

import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalDynamo;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** One DynamoDB Local for the tests of this module, and tables of plain items on it. */
final class Server {
    private static final LocalDynamo LOCAL = LocalDynamo.start();

    private Server() {}

    static DynamoDbClient client() {
        return LOCAL.client();
    }

    static FaultProxy proxy() {
        return FaultProxy.start(LOCAL.endpoint());
    }

    static String create(String prefix) {
        return create(prefix, ScalarAttributeType.S);
    }

    static String create(String prefix, ScalarAttributeType type) {
        String name = prefix + "-" + UUID.randomUUID();
        create(name, client(), type);
        return name;
    }

    static String createProvisioned(String prefix, long readUnits, long writeUnits) {
        String name = prefix + "-" + UUID.randomUUID();
        client().createTable(r -> r.tableName(name)
                .billingMode(BillingMode.PROVISIONED)
                .provisionedThroughput(t -> t.readCapacityUnits(readUnits).writeCapacityUnits(writeUnits))
                .keySchema(k -> k.attributeName("id").keyType(KeyType.HASH))
                .attributeDefinitions(a -> a.attributeName("id").attributeType(ScalarAttributeType.S)));
        return name;
    }

    /** A table of exactly this name. */
    static void createNamed(String name) {
        create(name, client(), ScalarAttributeType.S);
    }

    private static void create(String name, DynamoDbClient client, ScalarAttributeType type) {
        client.createTable(r -> r.tableName(name)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .keySchema(k -> k.attributeName("id").keyType(KeyType.HASH))
                .attributeDefinitions(a -> a.attributeName("id").attributeType(type)));
    }

    static boolean there(String table) {
        return client().listTablesPaginator().tableNames().stream().anyMatch(table::equals);
    }

    /** A table with items 0 to {@code count} - 1 of about so many bytes. */
    static String filled(String prefix, int count, int bytes) {
        String name = create(prefix);
        put(name, IntStream.range(0, count).mapToObj(i -> item(i, "a", bytes)).toList());
        return name;
    }

    static Map<String, AttributeValue> item(int number, String value, int bytes) {
        return Map.of(
                "id", AttributeValue.fromS("item-" + number),
                "n", AttributeValue.fromN("" + number),
                "v", AttributeValue.fromS(value),
                "body", AttributeValue.fromS("x".repeat(Math.max(1, bytes - 30))));
    }

    static void put(String table, List<Map<String, AttributeValue>> items) {
        List<List<WriteRequest>> batches = new ArrayList<>();
        for (int i = 0; i < items.size(); i += 25) {
            batches.add(items.subList(i, Math.min(items.size(), i + 25)).stream()
                    .map(item ->
                            WriteRequest.builder().putRequest(p -> p.item(item)).build())
                    .toList());
        }
        batches.parallelStream().forEach(b -> client().batchWriteItem(r -> r.requestItems(Map.of(table, b))));
    }

    static void delete(String table, int number) {
        client().deleteItem(r -> r.tableName(table).key(Map.of("id", AttributeValue.fromS("item-" + number))));
    }

    static Map<String, Map<String, AttributeValue>> contents(String table) {
        Map<String, Map<String, AttributeValue>> items = new HashMap<>();
        client().scanPaginator(r -> r.tableName(table))
                .items()
                .forEach(i -> items.put(i.get("id").toString(), i));
        return items;
    }

    static String ref(String table) {
        return at(LOCAL.endpoint(), table);
    }

    static String at(URI endpoint, String table) {
        return "localhost:" + endpoint.getPort() + "/" + table;
    }
}
