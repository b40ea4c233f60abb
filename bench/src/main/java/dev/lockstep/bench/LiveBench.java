package dev.lockstep.bench;

import dev.lockstep.cli.Main;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalDynamo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * How fast {@code replicate} brings 20,000 changes to a replica 40 ms away, beside the plainest way to write them, one
 * PutItem a change with as many requests in flight; and how long single writes take to arrive.
 */
public final class LiveBench {
    private static final int CHANGES = 20_000;
    private static final int IN_FLIGHT = 64;
    private static final int SINGLE = 60;
    private static final int BATCH = 25;

    private final LocalDynamo local;
    private final FaultProxy meter;

    private LiveBench(LocalDynamo local, FaultProxy meter) {
        this.local = local;
        this.meter = meter;
    }

    public static void main(String[] args) throws Exception {
        try (LocalDynamo local = LocalDynamo.start();
                FaultProxy meter = FaultProxy.start(local.endpoint())) {
            new LiveBench(local, meter).run();
        }
        System.exit(0);
    }

    private void run() throws Exception {
        create("primary", true);
        create("plain", false);
        create("warm", false);
        create("replica", false);
        for (int i = 0; i < CHANGES; i += BATCH) {
            write("primary", i, i + BATCH);
        }
        replicate("warm", "1s");
        meter.latency(Duration.ofMillis(40));
        double plain = plainly();
        double ours = replicated();
        System.out.printf(
                "20,000 changes, 40 ms away: %,.0f a second; one PutItem a change, %d in flight: %,.0f; ratio %.1f%n",
                ours, IN_FLIGHT, plain, ours / plain);
        meter.latency(Duration.ZERO);
        lag();
    }

    private void create(String table, boolean stream) {
        local.client()
                .createTable(r -> r.tableName(table)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .keySchema(k -> k.attributeName("id").keyType(KeyType.HASH))
                        .attributeDefinitions(a -> a.attributeName("id").attributeType(ScalarAttributeType.S))
                        .streamSpecification(
                                stream
                                        ? StreamSpecification.builder()
                                                .streamEnabled(true)
                                                .streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)
                                                .build()
                                        : null));
    }

    private static Map<String, AttributeValue> item(int i) {
        return Map.of(
                "id", AttributeValue.fromS("item-" + i),
                "v", AttributeValue.fromN("" + i),
                "body", AttributeValue.fromS("x".repeat(150)));
    }

    private void write(String table, int from, int to) {
        List<WriteRequest> writes = new ArrayList<>();
        for (int i = from; i < to; i++) {
            int number = i;
            writes.add(
                    WriteRequest.builder().putRequest(p -> p.item(item(number))).build());
        }
        local.client().batchWriteItem(r -> r.requestItems(Map.of(table, writes)));
    }

    private double plainly() throws Exception {
        DynamoDbClient client = CompareBench.client(meter);
        ExecutorService threads = Executors.newFixedThreadPool(IN_FLIGHT);
        long began = System.nanoTime();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++) {
            int number = i;
            all.add(threads.submit(
                    () -> client.putItem(r -> r.tableName("plain").item(item(number)))));
        }
        for (Future<?> one : all) {
            one.get();
        }
        double rate = CHANGES / ((System.nanoTime() - began) / 1e9);
        threads.shutdown();
        client.close();
        return rate;
    }

    private static String at(int port, String table) {
        return "localhost:" + port + "/" + table;
    }

    private int replicate(String replica, String untilIdle) {
        return Main.run(
                "replicate",
                at(local.port(), "primary"),
                at(meter.endpoint().getPort(), replica),
                "--name",
                "bench-" + replica,
                "--until-idle",
                untilIdle,
                "--quiet");
    }

    /** From the first write to the last. */
    private double replicated() throws Exception {
        long requestsBefore = meter.stats().requests("BatchWriteItem");
        Thread running = new Thread(() -> replicate("replica", "3s"));
        long started = System.nanoTime();
        running.start();
        while (meter.stats().requests("BatchWriteItem") == requestsBefore) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        long first = System.nanoTime();
        long wanted = requestsBefore + CHANGES / BATCH;
        while (meter.stats().requests("BatchWriteItem") < wanted) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        long last = System.nanoTime();
        running.join();
        System.out.printf(
                "first write %.1f s after the start; %,d requests for %,d changes%n",
                (first - started) / 1e9, meter.stats().requests("BatchWriteItem") - requestsBefore, CHANGES);
        return CHANGES / ((last - first) / 1e9);
    }

    private void lag() throws Exception {
        Thread running = new Thread(() -> replicate("replica", "5s"));
        running.start();
        TimeUnit.SECONDS.sleep(4);
        Random random = new Random(1);
        double[] lags = new double[SINGLE];
        for (int i = 0; i < SINGLE; i++) {
            TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(800));
            int number = CHANGES + i;
            long began = System.nanoTime();
            local.client().putItem(r -> r.tableName("primary").item(item(number)));
            while (!local.client()
                    .getItem(r -> r.tableName("replica")
                            .consistentRead(true)
                            .key(Map.of("id", AttributeValue.fromS("item-" + number))))
                    .hasItem()) {
                TimeUnit.MILLISECONDS.sleep(2);
            }
            lags[i] = (System.nanoTime() - began) / 1e6;
        }
        running.join();
        Arrays.sort(lags);
        System.out.printf(
                "lag of %d single writes: p50 %.0f ms, p99 %.0f ms, longest %.0f ms%n",
                SINGLE, lags[SINGLE / 2], lags[SINGLE * 99 / 100 - 1], lags[SINGLE - 1]);
    }
}
