package dev.lockstep.streams.status;

import dev.lockstep.streams.status.Status.Compared;
import dev.lockstep.streams.status.Status.DeadLetters;
import dev.lockstep.streams.status.Status.Phase;
import dev.lockstep.streams.status.Status.Publishing;
import dev.lockstep.streams.status.Status.State;
import dev.lockstep.streams.status.Status.Verification;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Serves a status that is made up, to look at the page: {@code StatusPageByHand [PORT] [healthy|starting|copying|away|failed|
 * drift|tour]}. A tour shows each for half a minute.
 */
final class StatusPageByHand {
    private static final List<String> ACTS = List.of("healthy", "starting", "copying", "away", "drift", "failed");

    private final Random random = new Random(7);
    private final Instant began = Instant.now();
    private final String act;
    private final History history;
    private Instant clock;

    private StatusPageByHand(String act) {
        this.act = act;
        this.clock = began.minus(Duration.ofHours(1));
        this.history = new History(() -> clock.isBefore(began) ? clock : Instant.now());
    }

    public static void main(String[] args) throws InterruptedException {
        StatusPageByHand hand = new StatusPageByHand(args.length > 1 ? args[1] : "tour");
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
        try (StatusServer server = StatusServer.start(
                new StatusServer.Settings(Bind.loopback(port)),
                hand::status,
                hand.lastHour(),
                InstantSource.system())) {
            System.out.println(server.uri());
            Thread.currentThread().join();
        }
    }

    /** A history as if the process had run for an hour. */
    History lastHour() {
        while (clock.plus(History.INTERVAL).isBefore(began)) {
            clock = clock.plus(History.INTERVAL);
            long minutes = Duration.between(clock, began).toMinutes();
            double strain = minutes > 20 && minutes < 25 ? 6 : 1;
            for (int i = 0; i < 60; i++) {
                history.observeLag(lag(strain));
            }
            Statuses s = new Statuses();
            s.changesPerSecond = rate(minutes);
            s.writesPerSecond = 1.9 * s.changesPerSecond + 10 * random.nextDouble();
            s.lag = Optional.of(lag(strain));
            history.sample(s.status());
        }
        clock = began;
        return history;
    }

    private double rate(long minutes) {
        return 120 + 40 * Math.sin(minutes / 6.0) + 25 * random.nextDouble();
    }

    private Duration lag(double strain) {
        double millis = 150 + 120 * Math.abs(random.nextGaussian()) + (random.nextInt(100) == 0 ? 700 : 0);
        return Duration.ofMillis((long) (strain * millis));
    }

    Status status() {
        Instant now = Instant.now();
        long ran = Duration.between(began, now).toSeconds();
        Statuses s = act(act.equals("tour") ? ACTS.get((int) (ran / 30 % ACTS.size())) : act, now);
        s.startedAt = began.minus(Duration.ofHours(30));
        s.aliveAt = now;
        return s.status();
    }

    private Statuses act(String name, Instant now) {
        return switch (name) {
            case "starting" -> Statuses.starting();
            case "copying" -> Statuses.copying();
            case "away" -> away(now);
            case "failed" -> failed();
            case "drift" -> drift(now);
            default -> healthy(now);
        };
    }

    private Statuses healthy(Instant now) {
        Statuses s = Statuses.compared(
                new Compared("orders-eu", 1_204_233, 0, 2, 1, 0, 3),
                new Compared("orders-ap", 1_204_236, 0, 0, 0, 0, 0));
        s.verification = s.verification.map(
                v -> new Verification(now.minus(Duration.ofHours(3)), v.took(), v.replicas(), v.error()));
        s.changesPerSecond = rate(0);
        s.writesPerSecond = 1.9 * s.changesPerSecond;
        s.lag = Optional.of(lag(1));
        history.observeLag(lag(1), 30);
        s.deadLetters = new DeadLetters(0, Optional.of("s3://audit/lockstep/dead-letters/"), Optional.empty());
        s.publishing = Optional.of(
                new Publishing("Lockstep", 0, Optional.of(now.minusSeconds(20)), Optional.empty(), Optional.empty()));
        return s;
    }

    private Statuses away(Instant now) {
        Statuses s = healthy(now);
        s.destinations = List.of(
                Statuses.live("orders-ap"),
                new Status.Destination(
                        "eu-west-1/orders-eu",
                        State.AWAY,
                        1_234_567,
                        1_200_000,
                        48_211,
                        Optional.of(Duration.ofMinutes(4)),
                        Optional.of(
                                "BatchWriteItem orders-eu: ProvisionedThroughputExceededException for 30 s. Raise its"
                                        + " write capacity"),
                        Optional.of(now.minusSeconds(240))));
        s.lag = Optional.of(Duration.ofMinutes(4));
        s.deadLetters = new DeadLetters(
                3, Optional.of("s3://audit/lockstep/dead-letters/"), Optional.of(now.minusSeconds(4000)));
        return s;
    }

    private Statuses drift(Instant now) {
        Statuses s = healthy(now);
        s.verification = Optional.of(new Verification(
                now.minus(Duration.ofHours(3)),
                Duration.ofMinutes(12),
                List.of(
                        new Compared("orders-eu", 1_204_233, 4, 12, 1, 0, 0),
                        new Compared("orders-ap", 1_204_233, 0, 0, 0, 2, 0)),
                Optional.empty()));
        return s;
    }

    private static Statuses failed() {
        Statuses s = new Statuses();
        s.phase = Phase.FAILED;
        s.problem = Optional.of(
                "GetRecords shardId-00000001700000000000-0a1b2c3d: changes between the last position and now"
                        + " are gone: the stream keeps them for 24 hours. Run `lockstep diff --repair`, then start with --from latest");
        return s;
    }
}
