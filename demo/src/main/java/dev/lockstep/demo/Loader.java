package dev.lockstep.demo;

import dev.lockstep.CancelledException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Creates and fills the table, 25 orders a BatchWriteItem, on several threads. Stateless. */
final class Loader {
    static final int THREADS = 4;
    private static final int BATCH = 25;

    private Loader() {}

    static void create(DynamoDbClient client) {
        client.createTable(r -> r.tableName(Orders.TABLE)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .keySchema(key(Orders.CUSTOMER, KeyType.HASH), key(Orders.ORDER, KeyType.RANGE))
                .attributeDefinitions(text(Orders.CUSTOMER), text(Orders.ORDER)));
    }

    private static AttributeDefinition text(String name) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(ScalarAttributeType.S)
                .build();
    }

    private static KeySchemaElement key(String name, KeyType role) {
        return KeySchemaElement.builder().attributeName(name).keyType(role).build();
    }

    /**
     * Writes the first orders; returns how long that took.
     *
     * @throws CancelledException when the thread is interrupted
     */
    static Duration fill(DynamoDbClient client, int items) {
        long began = System.nanoTime();
        List<Callable<Void>> batches = new ArrayList<>();
        for (int from = 0; from < items; from += BATCH) {
            int first = from;
            int end = Math.min(items, from + BATCH);
            batches.add(() -> write(client, first, end));
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (Future<Void> done : threads.invokeAll(batches)) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("load", Orders.TABLE);
        } catch (ExecutionException e) {
            throw new IllegalStateException("loading the orders failed: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static Void write(DynamoDbClient client, int first, int end) {
        Map<String, List<WriteRequest>> left = Map.of(
                Orders.TABLE, IntStream.range(first, end).mapToObj(Loader::put).toList());
        while (!left.isEmpty()) {
            Map<String, List<WriteRequest>> batch = left;
            left = client.batchWriteItem(r -> r.requestItems(batch)).unprocessedItems();
        }
        return null;
    }

    /** Deletes one order in three; returns how many that are. */
    static int deleteEveryThird(DynamoDbClient client, int items) {
        IntStream.iterate(0, number -> number < items, number -> number + 3)
                .parallel()
                .forEach(number ->
                        client.deleteItem(r -> r.tableName(Orders.TABLE).key(Orders.key(number))));
        return (items + 2) / 3;
    }

    private static WriteRequest put(int number) {
        return WriteRequest.builder()
                .putRequest(r -> r.item(Orders.item(number)))
                .build();
    }
}
