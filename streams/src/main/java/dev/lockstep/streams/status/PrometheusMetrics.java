package dev.lockstep.streams.status;

import dev.lockstep.streams.status.LagHistogram.Counts;
import dev.lockstep.streams.status.Status.Compared;
import dev.lockstep.streams.status.Status.Destination;
import dev.lockstep.streams.status.Status.Phase;
import dev.lockstep.streams.status.Status.Shard;
import dev.lockstep.streams.status.Status.State;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The figures of {@code /metrics}. What is not known is left out rather than written as zero. docs/status.md lists the names;
 * they are an interface.
 */
final class PrometheusMetrics {
    private static final List<Duration> BOUNDS = List.of(
            Duration.ofMillis(10),
            Duration.ofMillis(25),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(250),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofMillis(2500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofHours(1));

    private final PrometheusText text = new PrometheusText();
    private final Status status;

    private PrometheusMetrics(Status status) {
        this.status = status;
    }

    static String of(Status status, Headline headline, Counts lags) {
        return new PrometheusMetrics(status)
                .service(headline)
                .lag(lags)
                .shards()
                .destinations()
                .copy()
                .verification()
                .publishing()
                .text
                .toString();
    }

    private PrometheusMetrics service(Headline headline) {
        text.metric("lockstep_info", "gauge", "What is replicated by which process; always 1.")
                .sample(
                        "lockstep_info",
                        labels(
                                "name", status.name(),
                                "primary", status.primary(),
                                "stream", status.stream(),
                                "worker", status.workerId()),
                        1);
        text.metric("lockstep_phase", "gauge", "1 for what the process is doing, 0 for the others.");
        for (Phase phase : Phase.values()) {
            text.sample("lockstep_phase", labels("phase", phase.name()), bit(phase == status.phase()));
        }
        text.gauge(
                "lockstep_in_step",
                "1 where every destination holds what the primary held a moment ago, as far as is known.",
                bit(headline.inStep()));
        text.gauge("lockstep_start_time_seconds", "When the process started.", seconds(status.startedAt()));
        text.gauge("lockstep_alive_time_seconds", "When the main loop last went round.", seconds(status.aliveAt()));
        text.gauge("lockstep_leader", "1 where this process shares out the shards.", bit(status.leader()));
        text.gauge("lockstep_changes_per_second", "Changes read by this process.", status.changesPerSecond());
        text.gauge("lockstep_writes_per_second", "Writes made by this process.", status.writesPerSecond());
        text.counter(
                "lockstep_dead_letters_total",
                "Changes that could not be written and are kept aside, since the process started.",
                status.deadLetters().count());
        return this;
    }

    private PrometheusMetrics lag(Counts lags) {
        status.lag()
                .ifPresent(lag -> text.gauge(
                        "lockstep_lag_seconds",
                        "Age of the oldest change of this process's shards that is not in its destinations.",
                        seconds(lag)));
        String name = "lockstep_change_lag_seconds";
        text.metric(name, "histogram", "From a change in the primary to its write in the destinations.");
        for (Duration bound : BOUNDS) {
            text.sample(name + "_bucket", labels("le", PrometheusText.number(seconds(bound))), lags.atMost(bound));
        }
        text.sample(name + "_bucket", labels("le", "+Inf"), lags.total());
        text.sample(name + "_sum", Map.of(), lags.seconds());
        text.sample(name + "_count", Map.of(), lags.total());
        return this;
    }

    private PrometheusMetrics shards() {
        text.gauge(
                "lockstep_shards",
                "Shards of the stream that are not read to their end.",
                status.shards().stream().filter(s -> !s.ended()).count());
        text.gauge("lockstep_shards_owned", "Shards that this process reads.", status.ours());
        text.gauge("lockstep_shards_unowned", "Shards that no process reads.", status.unowned());
        List<Shard> ours = status.shards().stream().filter(Shard::ours).toList();
        metric("lockstep_shard_records_total", "counter", "Changes applied by this process.")
                .each(ours, s -> labels("shard", s.id()), s -> Optional.of((double) s.records()));
        metric("lockstep_shard_lag_seconds", "gauge", "Lag of what was last read of the shard.")
                .each(ours, s -> labels("shard", s.id()), s -> s.lag().map(PrometheusMetrics::seconds));
        return this;
    }

    private PrometheusMetrics destinations() {
        destination("up", "gauge", "0 where the destination is away.", d -> bit(d.state() != State.AWAY));
        destination("live", "gauge", "1 where it takes changes directly.", d -> bit(d.state() == State.LIVE));
        destination("changes_total", "counter", "Changes handed to it by this process.", Destination::changes);
        destination("written_total", "counter", "Changes that needed a write.", Destination::written);
        destination("backlog_keys", "gauge", "Keys that wait for it, of all processes.", Destination::backlog);
        metric("lockstep_destination_lag_seconds", "gauge", "Lag of the last change written to it.")
                .each(
                        status.destinations(),
                        d -> labels("destination", d.name()),
                        d -> d.lag().map(PrometheusMetrics::seconds));
        return this;
    }

    private void destination(String name, String type, String help, ToDoubleFunction<Destination> value) {
        metric("lockstep_destination_" + name, type, help)
                .each(
                        status.destinations(),
                        d -> labels("destination", d.name()),
                        d -> Optional.of(value.applyAsDouble(d)));
    }

    private PrometheusMetrics copy() {
        status.copy().ifPresent(copy -> {
            text.gauge("lockstep_copy_items", "Items of the first copy that are written.", copy.items());
            text.gauge("lockstep_copy_items_expected", "About how many there are.", copy.expected());
        });
        return this;
    }

    private PrometheusMetrics verification() {
        status.verification().ifPresent(v -> {
            text.gauge("lockstep_verification_time_seconds", "When the last comparison began.", seconds(v.at()));
            text.gauge("lockstep_verification_duration_seconds", "How long it took.", seconds(v.took()));
            text.gauge(
                    "lockstep_verification_failed",
                    "1 where it did not come to an end.",
                    bit(v.error().isPresent()));
            found(v, "compared", "Items that it compared.", Compared::compared);
            found(v, "missing", "Items that the replica lacked.", Compared::missing);
            found(v, "different", "Items that the replica held otherwise.", Compared::different);
            found(v, "extra", "Items that the primary lacks.", Compared::extra);
            found(v, "unsettled", "Items that kept changing.", Compared::unsettled);
            found(v, "repaired", "Differences that it repaired.", Compared::repaired);
        });
        return this;
    }

    private void found(Status.Verification v, String name, String help, ToDoubleFunction<Compared> value) {
        metric("lockstep_verification_" + name, "gauge", help)
                .each(v.replicas(), c -> labels("replica", c.replica()), c -> Optional.of(value.applyAsDouble(c)));
    }

    private PrometheusMetrics publishing() {
        status.publishing()
                .ifPresent(p -> text.counter(
                        "lockstep_cloudwatch_failures_total", "Failed tries to publish to CloudWatch.", p.failures()));
        return this;
    }

    private Series metric(String name, String type, String help) {
        return new Series(name, type, help);
    }

    /** A metric with a sample for each of several things. */
    private final class Series {
        private final String name;
        private final String type;
        private final String help;

        private Series(String name, String type, String help) {
            this.name = name;
            this.type = type;
            this.help = help;
        }

        /** Two things of one name would make the whole answer invalid: the first counts. */
        private <T> void each(
                List<T> things, Function<T, Map<String, String>> labels, Function<T, Optional<Double>> value) {
            Map<Map<String, String>, Double> samples = new LinkedHashMap<>();
            things.forEach(t -> value.apply(t).ifPresent(v -> samples.putIfAbsent(labels.apply(t), v)));
            if (!samples.isEmpty()) {
                text.metric(name, type, help);
                samples.forEach((l, v) -> text.sample(name, l, v));
            }
        }
    }

    private static Map<String, String> labels(String... namesAndValues) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            labels.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return labels;
    }

    private static double bit(boolean on) {
        return on ? 1 : 0;
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    private static double seconds(Instant moment) {
        return moment.toEpochMilli() / 1e3;
    }
}
