package dev.lockstep.demo;

import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;

/** A shop that is open: orders are placed, changed and cancelled in the primary while it is kept in step. */
final class Shop implements AutoCloseable {
    private static final int HOT = 10;
    private static final int PAUSE_MILLIS = 2;

    private final DynamoDbClient client;
    private final int orders;
    private final int changes;
    private final Thread thread = new Thread(this::work, "demo-shop");
    private volatile int made;

    private Shop(DynamoDbClient client, int orders, int changes) {
        this.client = client;
        this.orders = orders;
        this.changes = changes;
    }

    /** Opens once the primary's stream is on: what is written before is nobody's. */
    static Shop open(DynamoDbClient client, int orders, int changes) {
        Shop shop = new Shop(client, orders, changes);
        shop.thread.start();
        return shop;
    }

    private void work() {
        try {
            while (!streamIsOn()) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            Random random = new Random(orders);
            for (int i = 0; i < changes; i++) {
                change(random);
                made = i + 1;
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean streamIsOn() {
        StreamSpecification stream =
                client.describeTable(r -> r.tableName(Orders.TABLE)).table().streamSpecification();
        return stream != null && stream.streamEnabled();
    }

    /** One in three goes to one of ten hot orders, one in five is a cancellation. */
    private void change(Random random) {
        int number = random.nextInt(3) == 0 ? random.nextInt(HOT) : random.nextInt(orders + orders / 10);
        if (random.nextInt(5) == 0) {
            client.deleteItem(r -> r.tableName(Orders.TABLE).key(Orders.key(number)));
        } else {
            Map<String, AttributeValue> item = new java.util.HashMap<>(Orders.item(number));
            item.put("revision", AttributeValue.fromN("" + random.nextInt(1_000_000)));
            client.putItem(r -> r.tableName(Orders.TABLE).item(item));
        }
    }

    /** Until it has made all its changes. */
    void await() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    int made() {
        return made;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
