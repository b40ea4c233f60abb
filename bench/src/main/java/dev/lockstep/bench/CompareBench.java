package dev.lockstep.bench;

import dev.lockstep.cli.Main;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalDynamo;
import dev.lockstep.local.Meter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * What {@code diff} costs beside the least that a comparison can cost, two eventually consistent scans: read units,
 * requests and seconds, for equal tables and for tables with faults. A meter between counts both.
 */
public final class CompareBench {
    static final int ITEMS = 20_000;
    private static final int BATCH = 25;
    private static final int MAX_CONNECTIONS = 128;

    private final LocalDynamo local;
    private final FaultProxy meter;
    private final int bytes;

    private CompareBench(LocalDynamo local, FaultProxy meter, int bytes) {
        this.local = local;
        this.meter = meter;
        this.bytes = bytes;
    }

    public static void main(String[] args) {
        for (int bytes : new int[] {200, 2_000}) {
            for (int latency : new int[] {0, 40}) {
                try (LocalDynamo local = LocalDynamo.start();
                        FaultProxy meter = FaultProxy.start(local.endpoint())) {
                    System.out.printf("%,d items of %,d bytes, %d ms away%n", ITEMS, bytes, latency);
                    CompareBench bench = new CompareBench(local, meter, bytes);
                    bench.load();
                    meter.latency(Duration.ofMillis(latency));
                    bench.run();
                }
            }
        }
    }

    private void load() {
        fill("primary", 0);
        fill("equal", 0);
        fill("faulty", 100);
    }

    /** With {@code faultEvery} each so many items one is missing, one different and one extra. */
    private void fill(String table, int faultEvery) {
        fill(local.client(), table, ITEMS, bytes, faultEvery);
    }

    static void fill(DynamoDbClient client, String table, int count, int bytes, int faultEvery) {
        client.createTable(r -> r.tableName(table)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .keySchema(k -> k.attributeName("id").keyType(KeyType.HASH))
                .attributeDefinitions(a -> a.attributeName("id").attributeType(ScalarAttributeType.S)));
        List<Map<String, AttributeValue>> items = IntStream.range(0, count)
                .filter(i -> faultEvery == 0 || i % faultEvery != 1)
                .mapToObj(i -> item(i, bytes, faultEvery != 0 && i % faultEvery == 2 ? "b" : "a"))
                .collect(Collectors.toList());
        if (faultEvery != 0) {
            IntStream.range(0, count / faultEvery).forEach(i -> items.add(item(count + i, bytes, "a")));
        }
        IntStream.iterate(0, i -> i < items.size(), i -> i + BATCH)
                .parallel()
                .forEach(from -> put(client, table, items.subList(from, Math.min(items.size(), from + BATCH))));
    }

    private static void put(DynamoDbClient client, String table, List<Map<String, AttributeValue>> items) {
        List<WriteRequest> writes = items.stream()
                .map(item ->
                        WriteRequest.builder().putRequest(p -> p.item(item)).build())
                .toList();
        client.batchWriteItem(r -> r.requestItems(Map.of(table, writes)));
    }

    private static Map<String, AttributeValue> item(int number, int bytes, String value) {
        return Map.of(
                "id", AttributeValue.fromS(String.format(Locale.ROOT, "item-%08d", number)),
                "v", AttributeValue.fromS(value),
                "body", AttributeValue.fromS("x".repeat(bytes - 21)));
    }

    private void run() {
        Figures floor = measured(() -> {
            scan("primary");
            scan("equal");
        });
        floor.print("two scans", floor);
        measured(() -> diff("equal")).print("diff, equal", floor);
        measured(() -> diff("faulty")).print("diff, 3 % faults", floor);
        measured(() -> diff("faulty", "--repair")).print("diff --repair", floor);
    }

    private void scan(String table) {
        try (DynamoDbClient client = clientThroughMeter()) {
            long unused = client.scanPaginator(r -> r.tableName(table)).items().stream()
                    .count();
        }
    }

    private DynamoDbClient clientThroughMeter() {
        return client(meter);
    }

    static DynamoDbClient client(FaultProxy meter) {
        return DynamoDbClient.builder()
                .endpointOverride(meter.endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(() -> AwsBasicCredentials.create("bench", "bench"))
                .httpClientBuilder(ApacheHttpClient.builder().maxConnections(MAX_CONNECTIONS))
                .build();
    }

    private void diff(String replica, String... options) {
        try {
            Path journal = Files.createTempDirectory("lockstep-bench");
            List<String> command = new ArrayList<>(List.of(
                    "diff",
                    "localhost:" + meter.endpoint().getPort() + "/primary",
                    "localhost:" + meter.endpoint().getPort() + "/" + replica,
                    "--settle",
                    "0",
                    "--quiet",
                    "--output",
                    "json",
                    "--journal",
                    journal.toString()));
            command.addAll(List.of(options));
            int status = Main.run(command.toArray(String[]::new));
            if (status > 1) {
                throw new IllegalStateException("diff ended with " + status);
            }
            Files.deleteIfExists(journal);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Figures measured(Runnable work) {
        meter.reset();
        long began = System.nanoTime();
        work.run();
        return new Figures(meter.stats(), (System.nanoTime() - began) / 1e9);
    }

    private record Figures(Meter meter, double seconds) {
        double units() {
            return meter.readUnits().values().stream().mapToDouble(u -> u).sum();
        }

        void print(String what, Figures floor) {
            System.out.printf(
                    Locale.ROOT,
                    "  %-18s %,9.1f read units (%.3f x), %,6.1f write units, %,5d requests, %5.1f s (%.2f x)%n",
                    what,
                    units(),
                    units() / floor.units(),
                    meter.writeUnits().values().stream().mapToDouble(u -> u).sum(),
                    meter.totalRequests(),
                    seconds,
                    seconds / floor.seconds);
        }
    }
}
