package dev.lockstep.streams.status;

import dev.lockstep.streams.status.Status.Compared;
import dev.lockstep.streams.status.Status.CopyProgress;
import dev.lockstep.streams.status.Status.DeadLetters;
import dev.lockstep.streams.status.Status.Destination;
import dev.lockstep.streams.status.Status.Phase;
import dev.lockstep.streams.status.Status.Publishing;
import dev.lockstep.streams.status.Status.Shard;
import dev.lockstep.streams.status.Status.State;
import dev.lockstep.streams.status.Status.Verification;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A status to change for a test: healthy, until told otherwise. */
final class Statuses {
    static final Instant NOW = Instant.parse("2026-11-21T03:12:45Z");

    String primary = "orders";
    Instant startedAt = NOW.minus(Duration.ofHours(30));
    Instant aliveAt = NOW;
    Phase phase = Phase.LIVE;
    Optional<String> problem = Optional.empty();
    Optional<CopyProgress> copy = Optional.empty();
    List<Shard> shards = List.of(
            shard("shardId-00000001700000000000-0a1b2c3d", Optional.of("worker-1"), true, "4611400000000012345678901"),
            shard("shardId-00000001700000000001-9f8e7d6c", Optional.of("worker-2"), false, "TRIM_HORIZON"),
            shard("shardId-00000001690000000000-77777777", Optional.empty(), false, "SHARD_END"));
    List<Destination> destinations = List.of(live("orders-eu"), live("orders-ap"));
    DeadLetters deadLetters = DeadLetters.NONE;
    Optional<Verification> verification = Optional.empty();
    Optional<Duration> nextVerification = Optional.empty();
    double changesPerSecond = 132.5;
    double writesPerSecond = 261;
    Optional<Duration> lag = Optional.of(Duration.ofMillis(420));
    Optional<Publishing> publishing = Optional.empty();

    Status status() {
        return new Status(
                "orders-to-eu",
                primary,
                "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-11-01T00:00:00.000",
                startedAt,
                aliveAt,
                "worker-1",
                true,
                phase,
                problem,
                copy,
                shards,
                destinations,
                deadLetters,
                verification,
                nextVerification,
                changesPerSecond,
                writesPerSecond,
                lag,
                publishing);
    }

    static Status healthy() {
        return new Statuses().status();
    }

    static Statuses starting() {
        Statuses s = new Statuses();
        s.phase = Phase.STARTING;
        s.shards = List.of();
        s.lag = Optional.empty();
        s.changesPerSecond = 0;
        s.writesPerSecond = 0;
        return s;
    }

    static Statuses copying() {
        Statuses s = new Statuses();
        s.phase = Phase.COPYING;
        s.copy = Optional.of(new CopyProgress(516_000, 1_200_000, Optional.of(Duration.ofMinutes(12))));
        s.destinations = List.of(destination("orders-eu", State.COPYING, 1_834, Optional.empty()));
        return s;
    }

    static Statuses failing() {
        Statuses s = new Statuses();
        s.destinations = List.of(
                live("orders-ap"),
                destination(
                        "orders-eu",
                        State.AWAY,
                        1_234,
                        Optional.of("BatchWriteItem orders-eu: the connection was refused")));
        return s;
    }

    static Statuses compared(Compared... replicas) {
        Statuses s = new Statuses();
        s.verification = Optional.of(new Verification(
                NOW.minus(Duration.ofHours(3)), Duration.ofMinutes(12), List.of(replicas), Optional.empty()));
        s.nextVerification = Optional.of(Duration.ofHours(21));
        return s;
    }

    static Shard shard(String id, Optional<String> owner, boolean ours, String position) {
        return new Shard(
                id, owner, ours, position, ours ? Optional.of(Duration.ofMillis(420)) : Optional.empty(), 81_233);
    }

    static Destination live(String name) {
        return destination(name, State.LIVE, 0, Optional.empty());
    }

    static Destination destination(String name, State state, long backlog, Optional<String> error) {
        return new Destination(
                name,
                state,
                1_234_567,
                1_200_000,
                backlog,
                state == State.LIVE ? Optional.of(Duration.ofMillis(380)) : Optional.empty(),
                error,
                error.map(e -> NOW.minusSeconds(200)));
    }
}
