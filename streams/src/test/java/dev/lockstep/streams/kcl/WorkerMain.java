package dev.lockstep.streams.kcl;

import dev.lockstep.change.StreamRecord;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A worker in a process of its own: {@code ENDPOINT STREAM NAME FROM ok|fail}. Tells on standard output what comes: {@code opened
 * SHARD}, {@code closed SHARD}, {@code id ID}, {@code leader}, {@code worker NAME}, {@code failed MESSAGE}.
 */
final class WorkerMain {
    private WorkerMain() {}

    public static void main(String[] args) {
        URI endpoint = URI.create(args[0]);
        Captured captured = new Captured();
        boolean fails = args[4].equals("fail");
        ShardWork work = new ShardWork() {
            @Override
            public void process(String shardId, List<StreamRecord> records) {
                if (fails) {
                    throw new IllegalStateException("cannot write " + Captured.CANARY);
                }
                StringBuilder lines = new StringBuilder();
                records.forEach(record ->
                        lines.append("id ").append(captured.id(record)).append('\n'));
                System.out.print(lines);
                System.out.flush();
            }

            @Override
            public void opened(String shardId) {
                say("opened " + shardId);
            }

            @Override
            public void closed(String shardId) {
                say("closed " + shardId);
            }
        };
        StreamWorker worker = new StreamWorker(
                new DynamoStreamSource(Rig.streams(endpoint), args[1]),
                WorkerSettings.of(args[2], WorkerSettings.Start.valueOf(args[3])),
                Rig.leases(endpoint),
                Rig.cloudWatch(endpoint),
                work);
        say("worker " + worker.worker());
        CountDownLatch told = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            worker.stop();
            awaitTold(told); // the process is gone once this returns
        }));
        Thread leader = new Thread(() -> {
            while (!worker.status().leader()) {
                sleep();
            }
            say("leader");
        });
        leader.setDaemon(true);
        leader.start();
        try {
            worker.run();
        } catch (RuntimeException e) {
            say("failed " + e.getMessage());
        }
        say("ended");
        told.countDown();
    }

    private static void awaitTold(CountDownLatch told) {
        try {
            var unused = told.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static void sleep() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
