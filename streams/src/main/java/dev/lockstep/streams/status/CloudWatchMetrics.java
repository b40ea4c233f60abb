package dev.lockstep.streams.status;

import dev.lockstep.streams.status.LagHistogram.Counts;
import dev.lockstep.streams.status.Status.Compared;
import dev.lockstep.streams.status.Status.Destination;
import dev.lockstep.streams.status.Status.Phase;
import dev.lockstep.streams.status.Status.Publishing;
import dev.lockstep.streams.status.Status.State;
import dev.lockstep.streams.status.Status.Verification;
import dev.lockstep.work.Crew;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;

/**
 * Publishes the figures of the status page to CloudWatch, each minute. docs/status.md lists the names; they are an interface.
 *
 * <p>It has a thread of its own. A failure is counted and shown, and what it kept from being published is told with the next
 * try; nothing here ends the service. Thread-safe.
 */
public final class CloudWatchMetrics implements AutoCloseable {
    /**
     * What to publish as.
     *
     * @param table the primary's name, the dimension {@code TableName}
     * @param name of the service, the dimension {@code Name}
     * @param lagLimit what lag counts as not in step
     */
    public record Settings(String namespace, String table, String name, Duration lagLimit) {}

    private static final Duration PERIOD = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** So many values a metric takes. A publication has at most 25 metrics, where a request takes 1,000. */
    private static final int VALUES = 150;

    private final CloudWatchClient client;
    private final Settings settings;
    private final List<Dimension> dimensions;
    private final Supplier<Status> status;
    private final History history;
    private final InstantSource clock;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(Crew.daemons("cloudwatch"));

    private volatile Publishing publishing;
    /** What the last publication that succeeded told of what only grows. */
    private Totals told = new Totals(Counts.NONE, 0, 0, 0);

    private record Totals(Counts lags, long changes, long written, long deadLetters) {
        static Totals of(Status s, Counts lags) {
            return new Totals(
                    lags,
                    sum(s, Destination::changes),
                    sum(s, Destination::written),
                    s.deadLetters().count());
        }

        private static long sum(Status s, ToLongFunction<Destination> count) {
            return s.destinations().stream().mapToLong(count).sum();
        }

        Totals since(Totals earlier) {
            return new Totals(
                    lags.since(earlier.lags),
                    Math.max(0, changes - earlier.changes),
                    Math.max(0, written - earlier.written),
                    Math.max(0, deadLetters - earlier.deadLetters));
        }
    }

    /**
     * @param client is closed by its owner, after this
     * @param status is asked by a thread of this
     */
    public CloudWatchMetrics(
            CloudWatchClient client, Settings settings, Supplier<Status> status, History history, InstantSource clock) {
        this.client = client;
        this.settings = settings;
        this.dimensions = List.of(dimension("TableName", settings.table()), dimension("Name", settings.name()));
        this.status = status;
        this.history = history;
        this.clock = clock;
        this.publishing = new Publishing(settings.namespace(), 0, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static Dimension dimension(String name, String value) {
        return Dimension.builder().name(name).value(value).build();
    }

    /** Publishes from now on, first in a minute. */
    public CloudWatchMetrics start() {
        var unused =
                thread.scheduleAtFixedRate(this::publish, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    /** How it goes; belongs into the {@link Status}. */
    public Publishing publishing() {
        return publishing;
    }

    /** Whatever goes wrong is kept: an exception would end all further tries. */
    synchronized void publish() {
        try {
            Status now = status.get();
            Totals totals = Totals.of(now, history.lags());
            put(new Data(clock.instant(), dimensions, settings.lagLimit()).of(now, totals.since(told)));
            told = totals;
            publishing = new Publishing(
                    settings.namespace(),
                    publishing.failures(),
                    Optional.of(clock.instant()),
                    publishing.lastError(),
                    publishing.lastErrorAt());
        } catch (RuntimeException e) {
            publishing = new Publishing(
                    settings.namespace(),
                    publishing.failures() + 1,
                    publishing.lastSuccess(),
                    Optional.of("PutMetricData: " + reason(e)),
                    Optional.of(clock.instant()));
        }
    }

    private static String reason(RuntimeException e) {
        return e instanceof SdkException
                ? String.valueOf(e.getMessage())
                : e.getClass().getSimpleName();
    }

    /** One request: it is taken as a whole or not at all, so that nothing is told twice. */
    private void put(List<MetricDatum> data) {
        client.putMetricData(request -> request.namespace(settings.namespace())
                .metricData(data)
                .overrideConfiguration(o -> o.apiCallTimeout(PATIENCE)));
    }

    /** Publishes what is not told yet, for ten seconds at most. */
    @Override
    public void close() {
        thread.shutdownNow();
        publish();
    }

    /** The metrics of one publication. */
    private static final class Data {
        private final Instant at;
        private final List<Dimension> dimensions;
        private final Duration lagLimit;
        private final List<MetricDatum> all = new ArrayList<>();

        Data(Instant at, List<Dimension> dimensions, Duration lagLimit) {
            this.at = at;
            this.dimensions = dimensions;
            this.lagLimit = lagLimit;
        }

        List<MetricDatum> of(Status s, Totals since) {
            gauge("InStep", StandardUnit.NONE, Headline.of(s, lagLimit).inStep() ? 1 : 0);
            gauge("Failed", StandardUnit.NONE, s.phase() == Phase.FAILED ? 1 : 0);
            s.lag().ifPresent(lag -> gauge("Lag", StandardUnit.SECONDS, seconds(lag)));
            lags(since.lags());
            gauge("Changes", StandardUnit.COUNT, since.changes());
            gauge("Writes", StandardUnit.COUNT, since.written());
            gauge("ChangesPerSecond", StandardUnit.COUNT_SECOND, s.changesPerSecond());
            gauge("WritesPerSecond", StandardUnit.COUNT_SECOND, s.writesPerSecond());
            gauge("ShardsOwned", StandardUnit.COUNT, s.ours());
            gauge("ShardsUnowned", StandardUnit.COUNT, s.unowned());
            gauge(
                    "DestinationsAway",
                    StandardUnit.COUNT,
                    s.destinations().stream()
                            .filter(d -> d.state() == State.AWAY)
                            .count());
            gauge("Backlog", StandardUnit.COUNT, s.backlog());
            gauge("DeadLetters", StandardUnit.COUNT, since.deadLetters());
            s.copy().ifPresent(copy -> gauge("CopiedItems", StandardUnit.COUNT, copy.items()));
            s.verification().ifPresent(this::verification);
            return all;
        }

        private void verification(Verification v) {
            gauge("VerificationAge", StandardUnit.SECONDS, seconds(Duration.between(v.at(), at)));
            gauge("VerificationFailed", StandardUnit.NONE, v.error().isPresent() ? 1 : 0);
            gauge("DifferencesFound", StandardUnit.COUNT, sum(v, c -> c.missing() + c.different() + c.extra()));
            gauge("DifferencesLeft", StandardUnit.COUNT, v.left());
            gauge("Unsettled", StandardUnit.COUNT, sum(v, Compared::unsettled));
        }

        private static long sum(Verification v, ToLongFunction<Compared> count) {
            return v.replicas().stream().mapToLong(count).sum();
        }

        /** All lags of the minute, so that CloudWatch can tell any percentile. */
        private void lags(Counts lags) {
            List<Double> values = new ArrayList<>();
            List<Double> counts = new ArrayList<>();
            lags.forEach((lag, changes) -> {
                values.add(seconds(lag));
                counts.add((double) changes);
            });
            for (int from = 0; from < values.size(); from += VALUES) {
                int to = Math.min(values.size(), from + VALUES);
                all.add(datum("ChangeLag", StandardUnit.SECONDS)
                        .values(values.subList(from, to))
                        .counts(counts.subList(from, to))
                        .build());
            }
        }

        private void gauge(String name, StandardUnit unit, double value) {
            all.add(datum(name, unit).value(value).build());
        }

        private MetricDatum.Builder datum(String name, StandardUnit unit) {
            return MetricDatum.builder()
                    .metricName(name)
                    .unit(unit)
                    .timestamp(at)
                    .dimensions(dimensions);
        }

        private static double seconds(Duration time) {
            return time.toMillis() / 1e3;
        }
    }
}
