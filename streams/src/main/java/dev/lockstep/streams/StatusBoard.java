package dev.lockstep.streams;

import dev.lockstep.progress.Progress;
import dev.lockstep.replicate.DeadLetters;
import dev.lockstep.replicate.Delivery;
import dev.lockstep.replicate.Replicator.Counts;
import dev.lockstep.streams.kcl.StreamWorker;
import dev.lockstep.streams.kcl.WorkerStatus;
import dev.lockstep.streams.status.Status;
import dev.lockstep.streams.status.Status.Compared;
import dev.lockstep.streams.status.Status.CopyProgress;
import dev.lockstep.streams.status.Status.Destination;
import dev.lockstep.streams.status.Status.Phase;
import dev.lockstep.streams.status.Status.Publishing;
import dev.lockstep.streams.status.Status.Shard;
import dev.lockstep.streams.status.Status.State;
import dev.lockstep.verify.DiffResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Gathers what the status page shows from the parts of the service. Thread-safe. */
public final class StatusBoard implements Supplier<Status> {
    private final Replication replication;
    private final StreamWorker worker;
    private final Gauges gauges;
    private final Meter meter;
    private final String name;
    private final String primary;
    private final String stream;
    private final boolean timesAreExact;
    private final Supplier<Optional<Publishing>> publishing;
    private final Instant startedAt = Instant.now();
    private volatile boolean reachedTip;
    private final Rate changes = new Rate();
    private final Rate writes = new Rate();

    /** @param timesAreExact whether records tell the time of their change; see {@link Gauges} */
    public StatusBoard(
            Replication replication,
            StreamWorker worker,
            Gauges gauges,
            Meter meter,
            String name,
            String primary,
            String stream,
            boolean timesAreExact,
            Supplier<Optional<Publishing>> publishing) {
        this.replication = replication;
        this.worker = worker;
        this.gauges = gauges;
        this.meter = meter;
        this.name = name;
        this.primary = primary;
        this.stream = stream;
        this.timesAreExact = timesAreExact;
        this.publishing = publishing;
    }

    /** Listens to the first copy and to the dead letters on their way to those who do the work. */
    public static final class Meter implements Progress, DeadLetters {
        private final Progress progress;
        private final DeadLetters letters;
        private final Optional<String> place;
        private final LongAdder copied = new LongAdder();
        private volatile long expected;
        private volatile @Nullable Instant lastLetter;

        /** @param place of the dead letters, as the user named it */
        public Meter(Progress progress, DeadLetters letters, Optional<String> place) {
            this.progress = progress;
            this.letters = letters;
            this.place = place;
        }

        @Override
        public void expecting(long items) {
            expected = items;
            progress.expecting(items);
        }

        @Override
        public void read(long items) {
            copied.add(items);
            progress.read(items);
        }

        @Override
        public void finished() {
            progress.finished();
        }

        @Override
        public void warning(String message) {
            progress.warning(message);
        }

        @Override
        public void pausing(String table, String operation, String why, Duration pause) {
            progress.pausing(table, operation, why, pause);
        }

        @Override
        public void park(List<Letter> some) {
            letters.park(some);
            lastLetter = Instant.now();
        }
    }

    @Override
    public Status get() {
        WorkerStatus now = worker.status();
        Counts counts = replication.replicator().counts();
        List<Destination> destinations = destinations(counts);
        long nanos = System.nanoTime();
        long written = destinations.stream().mapToLong(Destination::written).sum();
        return new Status(
                name,
                primary,
                stream,
                startedAt,
                replication.aliveAt(),
                worker.worker(),
                now.leader(),
                phase(destinations),
                replication.problem().or(now::lastError),
                copy(),
                shards(now),
                destinations,
                new Status.DeadLetters(counts.deadLetters(), meter.place, Optional.ofNullable(meter.lastLetter)),
                replication.lastVerification().map(StatusBoard::verification),
                nextVerification(),
                changes.at(nanos, counts.records()),
                writes.at(nanos, written),
                lag(now),
                publishing.get());
    }

    private Phase phase(List<Destination> destinations) {
        return switch (replication.phase()) {
            case STARTING -> Phase.STARTING;
            case COPYING -> Phase.COPYING;
            case STOPPING -> Phase.STOPPING;
            case FAILED -> Phase.FAILED;
            case RUNNING -> running(destinations);
        };
    }

    /** Once the tip was reached, being behind is lag, and shown as such. */
    private Phase running(List<Destination> destinations) {
        reachedTip |= worker.atTip();
        return reachedTip && destinations.stream().allMatch(d -> d.state() == State.LIVE)
                ? Phase.LIVE
                : Phase.CATCHING_UP;
    }

    private Optional<CopyProgress> copy() {
        return replication.phase() == Replication.Phase.COPYING
                ? Optional.of(new CopyProgress(meter.copied.sum(), meter.expected, Optional.empty()))
                : Optional.empty();
    }

    private List<Destination> destinations(Counts counts) {
        Map<String, Long> backlogs = replication.backlogs();
        boolean copying = replication.phase() == Replication.Phase.COPYING;
        return replication.replicator().deliveries().stream()
                .map(delivery -> destination(
                        delivery.health(),
                        backlogs.getOrDefault(delivery.destination().name(), 0L),
                        copying,
                        counts))
                .toList();
    }

    private static Destination destination(Delivery.Health health, long backlog, boolean copying, Counts counts) {
        boolean failing = health.failure().isPresent();
        State state;
        if (copying && health.away()) {
            state = State.COPYING;
        } else if (failing) {
            state = State.AWAY;
        } else {
            state = health.away() || backlog > 0 ? State.CATCHING_UP : State.LIVE;
        }
        return new Destination(
                health.name(),
                state,
                counts.records(),
                health.applied(),
                backlog,
                Optional.empty(),
                health.failure().map(Delivery.Failure::problem),
                health.failure().map(Delivery.Failure::at));
    }

    private List<Shard> shards(WorkerStatus now) {
        Map<String, WorkerStatus.Shard> ours =
                now.shards().stream().collect(Collectors.toMap(WorkerStatus.Shard::shardId, Function.identity()));
        return now.leases().stream()
                .map(lease -> {
                    WorkerStatus.Shard held = ours.get(lease.shardId());
                    return new Shard(
                            lease.shardId(),
                            lease.owner(),
                            held != null,
                            held == null ? lease.position() : held.sequence().orElse(lease.position()),
                            held == null ? Optional.empty() : Optional.of(lag(held)),
                            held == null ? 0 : held.records());
                })
                .toList();
    }

    private Duration lag(WorkerStatus.Shard shard) {
        return timesAreExact && !shard.atTip() ? Duration.ofMillis(shard.millisBehind()) : Duration.ZERO;
    }

    private Optional<Duration> lag(WorkerStatus now) {
        Duration behind =
                now.shards().stream().map(this::lag).max(Duration::compareTo).orElse(Duration.ZERO);
        Duration waiting = gauges.waiting();
        return Optional.of(behind.compareTo(waiting) > 0 ? behind : waiting);
    }

    private static Status.Verification verification(Verification.Last last) {
        List<Compared> replicas = last.result().map(DiffResult::replicas).orElse(List.of()).stream()
                .map(r -> new Compared(
                        r.name(),
                        r.counts().compared(),
                        r.counts().missing(),
                        r.counts().different(),
                        r.counts().extra(),
                        r.counts().unsettled(),
                        r.counts().repaired()))
                .toList();
        return new Status.Verification(last.at(), last.took(), replicas, last.error());
    }

    private Optional<Duration> nextVerification() {
        return replication
                .verifiesEvery()
                .flatMap(every -> replication
                        .lastVerification()
                        .map(last -> Duration.between(Instant.now(), last.at().plus(every)))
                        .map(left -> left.isNegative() ? Duration.ZERO : left));
    }
}
