package dev.lockstep.bench;

import dev.lockstep.local.LocalDynamo;
import dev.lockstep.local.LocalS3;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What it takes to back a table up: the folder of items, the snapshot of it, and the full backup; each beside
 * mapbox/dynamodb-replicator's, where an installed copy of it is named ({@code git clone}, {@code npm install}). Each is a
 * process of its own, its start included; DynamoDB Local and the S3 server are shared and run in this one. Before them stands
 * the least that the S3 server lets anybody do here. Then the folder with the S3 server 40 ms away, and a full backup of ten
 * times as many items, where the start hardly counts.
 */
public final class BackupBench {
    private static final int ITEMS = CompareBench.ITEMS;
    private static final Pattern TIMES = Pattern.compile("(\\d+)m([\\d.]+)s (\\d+)m([\\d.]+)s\\s*$");

    private static final int ONE_WAY_MS = 20;

    private final LocalDynamo dynamo;
    private final URI s3;
    private final Optional<Path> mapbox;
    private final int items;

    private BackupBench(LocalDynamo dynamo, URI s3, Optional<Path> mapbox, int items) {
        this.dynamo = dynamo;
        this.s3 = s3;
        this.mapbox = mapbox;
        this.items = items;
    }

    /** @param args the folder of an installed mapbox/dynamodb-replicator, or nothing */
    public static void main(String[] args) throws IOException, InterruptedException {
        Optional<Path> mapbox = args.length == 0 ? Optional.empty() : Optional.of(Path.of(args[0]));
        for (int bytes : new int[] {200, 2_000}) {
            try (LocalDynamo dynamo = LocalDynamo.start();
                    LocalS3 s3 = servers(dynamo, ITEMS, bytes)) {
                BackupBench near = new BackupBench(dynamo, s3.endpoint(), mapbox, ITEMS);
                near.least(new ObjectFloor(s3, "ours"), bytes);
                near.folder("near");
                near.snapshot();
                near.fullBackup();
                if (mapbox.isPresent()) {
                    Process relay = relay(s3.endpoint());
                    try {
                        new BackupBench(dynamo, URI.create("http://127.0.0.1:" + port(relay)), mapbox, ITEMS)
                                .folder("far");
                    } finally {
                        relay.destroy();
                    }
                }
            }
        }
        try (LocalDynamo dynamo = LocalDynamo.start();
                LocalS3 s3 = servers(dynamo, 10 * ITEMS, 200)) {
            new BackupBench(dynamo, s3.endpoint(), mapbox, 10 * ITEMS).fullBackup();
        }
    }

    private static LocalS3 servers(LocalDynamo dynamo, int items, int bytes) {
        System.out.printf("%,d items of %,d bytes%n", items, bytes);
        CompareBench.fill(dynamo.client(), "orders", items, bytes, 0);
        LocalS3 s3 = LocalS3.start();
        for (String bucket : List.of("ours", "theirs")) {
            s3.createBucket(bucket);
        }
        return s3;
    }

    private static Process relay(URI server) throws IOException {
        return new ProcessBuilder("node", "bench/far.js", "" + server.getPort(), "" + ONE_WAY_MS)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String port(Process relay) throws IOException {
        return relay.inputReader().readLine();
    }

    private String table() {
        return "localhost:" + dynamo.endpoint().getPort() + "/orders";
    }

    private void least(ObjectFloor floor, int bytes) throws IOException, InterruptedException {
        // The servers are slow at first, which is nobody's fault.
        run(java(List.of("copy", table(), "s3://ours/warm")));
        floor.put(items, bytes);
        floor.get(items);
        System.out.printf(
                Locale.ROOT,
                "  the least: %.1f s to put %,d objects, %.1f s to get them, %.1f s to list them%n",
                floor.put(items, bytes),
                items,
                floor.get(items),
                floor.list());
    }

    private void folder(String where) throws IOException, InterruptedException {
        compare(
                "folder of items, " + where,
                List.of("copy", table(), "s3://ours/" + where),
                List.of("incremental-backfill", "us-east-1/orders", "s3://theirs/" + where));
    }

    private void snapshot() throws IOException, InterruptedException {
        compare(
                "snapshot of it",
                List.of("snapshot", "s3://ours/near/orders", "s3://ours/snapshot.gz"),
                List.of("incremental-snapshot", "s3://theirs/near/orders", "s3://theirs/snapshot.gz"));
    }

    private void fullBackup() throws IOException, InterruptedException {
        compare(
                "full backup",
                List.of("backup", table(), "s3://ours/full"),
                List.of("backup-table", "us-east-1/orders", "s3://theirs/full"));
    }

    private void compare(String what, List<String> ours, List<String> theirs) throws IOException, InterruptedException {
        Figures us = run(java(ours));
        us.print(what + ", ours", items);
        if (mapbox.isPresent()) {
            Figures them = run(node(theirs));
            them.print(what + ", mapbox", items);
            System.out.printf(
                    Locale.ROOT,
                    "  %-28s %.1f times as fast, %.2f times the CPU%n",
                    "",
                    them.wall() / us.wall(),
                    us.cpu() / them.cpu());
        }
    }

    private static List<String> java(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.lockstep.cli.Main"));
        command.addAll(arguments);
        command.add("--quiet");
        return command;
    }

    private List<String> node(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                "node",
                "--require",
                Path.of("bench/peer-endpoints.js").toAbsolutePath().toString(),
                mapbox.orElseThrow()
                        .resolve("bin")
                        .resolve(arguments.get(0) + ".js")
                        .toString()));
        command.addAll(arguments.subList(1, arguments.size()));
        return command;
    }

    /** The shell tells what its child used of the processors. */
    private Figures run(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("lockstep-bench", ".out");
        List<String> shell =
                new ArrayList<>(List.of("sh", "-c", "\"$@\" >\"$0\" 2>&1; s=$?; times; exit $s", out.toString()));
        shell.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(shell).redirectErrorStream(true);
        builder.environment().put("AWS_ENDPOINT_URL_DYNAMODB", dynamo.endpoint().toString());
        builder.environment().put("AWS_ENDPOINT_URL_S3", s3.toString());
        builder.environment().put("AWS_ACCESS_KEY_ID", LocalS3.ACCESS_KEY);
        builder.environment().put("AWS_SECRET_ACCESS_KEY", LocalS3.SECRET);
        builder.environment().put("AWS_REGION", "us-east-1");
        mapbox.ifPresent(folder ->
                builder.environment().put("PEER", folder.toAbsolutePath().toString()));
        long began = System.nanoTime();
        Process process = builder.start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        double wall = (System.nanoTime() - began) / 1e9;
        if (status != 0) {
            throw new IllegalStateException(
                    String.join(" ", command) + " ended with " + status + ": " + Files.readString(out));
        }
        Files.delete(out);
        return new Figures(wall, cpu(told));
    }

    private static double cpu(String told) {
        Matcher m = TIMES.matcher(told);
        if (!m.find()) {
            throw new IllegalStateException("the shell told no times: " + told);
        }
        return Integer.parseInt(m.group(1)) * 60
                + Double.parseDouble(m.group(2))
                + Integer.parseInt(m.group(3)) * 60
                + Double.parseDouble(m.group(4));
    }

    private record Figures(double wall, double cpu) {
        void print(String what, int items) {
            System.out.printf(
                    Locale.ROOT,
                    "  %-28s %6.1f s, %,8.0f items a second, %5.1f s of CPU%n",
                    what,
                    wall,
                    items / wall,
                    cpu);
        }
    }
}
