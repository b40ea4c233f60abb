package dev.lockstep.streams.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.streams.status.Status.Compared;
import dev.lockstep.streams.status.Status.DeadLetters;
import dev.lockstep.streams.status.Status.Publishing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PrometheusMetricsTest {
    private final LagHistogram lags = new LagHistogram();

    @Test
    void every_figure_has_its_name_and_type() {
        Statuses service = Statuses.compared(new Compared("orders-eu", 100, 1, 2, 3, 4, 5));
        service.copy = Statuses.copying().copy;
        service.publishing = Optional.of(
                new Publishing("Lockstep", 9, Optional.empty(), Optional.of("denied"), Optional.of(Statuses.NOW)));
        assertThat(metrics(service).types())
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("lockstep_info", "gauge"),
                        Map.entry("lockstep_phase", "gauge"),
                        Map.entry("lockstep_in_step", "gauge"),
                        Map.entry("lockstep_start_time_seconds", "gauge"),
                        Map.entry("lockstep_alive_time_seconds", "gauge"),
                        Map.entry("lockstep_leader", "gauge"),
                        Map.entry("lockstep_changes_per_second", "gauge"),
                        Map.entry("lockstep_writes_per_second", "gauge"),
                        Map.entry("lockstep_dead_letters_total", "counter"),
                        Map.entry("lockstep_lag_seconds", "gauge"),
                        Map.entry("lockstep_change_lag_seconds", "histogram"),
                        Map.entry("lockstep_shards", "gauge"),
                        Map.entry("lockstep_shards_owned", "gauge"),
                        Map.entry("lockstep_shards_unowned", "gauge"),
                        Map.entry("lockstep_shard_records_total", "counter"),
                        Map.entry("lockstep_shard_lag_seconds", "gauge"),
                        Map.entry("lockstep_destination_up", "gauge"),
                        Map.entry("lockstep_destination_live", "gauge"),
                        Map.entry("lockstep_destination_changes_total", "counter"),
                        Map.entry("lockstep_destination_written_total", "counter"),
                        Map.entry("lockstep_destination_backlog_keys", "gauge"),
                        Map.entry("lockstep_destination_lag_seconds", "gauge"),
                        Map.entry("lockstep_copy_items", "gauge"),
                        Map.entry("lockstep_copy_items_expected", "gauge"),
                        Map.entry("lockstep_verification_time_seconds", "gauge"),
                        Map.entry("lockstep_verification_duration_seconds", "gauge"),
                        Map.entry("lockstep_verification_failed", "gauge"),
                        Map.entry("lockstep_verification_compared", "gauge"),
                        Map.entry("lockstep_verification_missing", "gauge"),
                        Map.entry("lockstep_verification_different", "gauge"),
                        Map.entry("lockstep_verification_extra", "gauge"),
                        Map.entry("lockstep_verification_unsettled", "gauge"),
                        Map.entry("lockstep_verification_repaired", "gauge"),
                        Map.entry("lockstep_cloudwatch_failures_total", "counter")));
    }

    @Test
    void every_figure_is_documented() throws IOException {
        Statuses service = Statuses.compared(new Compared("orders-eu", 100, 1, 2, 3, 4, 5));
        service.copy = Statuses.copying().copy;
        service.publishing = Optional.of(new Publishing("L", 0, Optional.empty(), Optional.empty(), Optional.empty()));
        assertThat(Files.readString(Path.of("../docs/status.md")))
                .contains(metrics(service).types().keySet().stream()
                        .map(name -> "`" + name.replace("lockstep_", "") + "`")
                        .toList());
    }

    @Test
    void the_values_are_those_of_the_status() {
        Statuses service = Statuses.failing();
        service.deadLetters = new DeadLetters(3, Optional.empty(), Optional.empty());
        assertThat(metrics(service).samples())
                .containsEntry("lockstep_lag_seconds{}", 0.42)
                .containsEntry("lockstep_in_step{}", 0.0)
                .containsEntry("lockstep_phase{phase=LIVE}", 1.0)
                .containsEntry("lockstep_phase{phase=FAILED}", 0.0)
                .containsEntry("lockstep_dead_letters_total{}", 3.0)
                .containsEntry("lockstep_shards{}", 2.0)
                .containsEntry("lockstep_shards_owned{}", 1.0)
                .containsEntry("lockstep_shards_unowned{}", 0.0)
                .containsEntry("lockstep_shard_records_total{shard=shardId-00000001700000000000-0a1b2c3d}", 81_233.0)
                .containsEntry("lockstep_destination_up{destination=orders-eu}", 0.0)
                .containsEntry("lockstep_destination_up{destination=orders-ap}", 1.0)
                .containsEntry("lockstep_destination_backlog_keys{destination=orders-eu}", 1_234.0)
                .containsEntry("lockstep_destination_lag_seconds{destination=orders-ap}", 0.38);
    }

    @Test
    void what_is_not_known_is_left_out_and_not_zero() {
        PrometheusParser metrics = metrics(Statuses.starting());
        assertThat(metrics.types().keySet())
                .doesNotContain(
                        "lockstep_lag_seconds",
                        "lockstep_copy_items",
                        "lockstep_verification_time_seconds",
                        "lockstep_shard_lag_seconds",
                        "lockstep_cloudwatch_failures_total");
        assertThat(metrics(Statuses.failing()).samples())
                .doesNotContainKey("lockstep_destination_lag_seconds{destination=orders-eu}");
    }

    @Test
    void the_histogram_is_cumulative_and_its_bounds_are_exact() {
        lags.record(Duration.ofMillis(500), 3);
        lags.record(Duration.ofMillis(501), 1);
        lags.record(Duration.ofHours(2), 1);
        assertThat(metrics(new Statuses()).samples())
                .containsEntry("lockstep_change_lag_seconds_bucket{le=0.25}", 0.0)
                .containsEntry("lockstep_change_lag_seconds_bucket{le=0.5}", 3.0)
                .containsEntry("lockstep_change_lag_seconds_bucket{le=1}", 4.0)
                .containsEntry("lockstep_change_lag_seconds_bucket{le=3600}", 4.0)
                .containsEntry("lockstep_change_lag_seconds_bucket{le=+Inf}", 5.0)
                .containsEntry("lockstep_change_lag_seconds_count{}", 5.0)
                .containsEntry("lockstep_change_lag_seconds_sum{}", 7202.001);
    }

    @Test
    void labels_may_hold_any_character() {
        Statuses service = new Statuses();
        service.primary = "a\"b\\c\nd{e}=é,<script>\\n";
        service.destinations = List.of(Statuses.live("x\",y=\"z"));
        Map<String, Double> samples = metrics(service).samples();
        assertThat(samples).containsEntry("lockstep_destination_up{destination=x\",y=\"z}", 1.0);
        assertThat(samples.keySet()).anyMatch(key -> key.contains("primary=" + service.primary + ","));
    }

    @Test
    void two_destinations_of_one_name_do_not_make_the_answer_invalid() {
        Statuses service = new Statuses();
        service.destinations = List.of(Statuses.live("same"), Statuses.live("same"));
        assertThat(metrics(service).samples()).containsEntry("lockstep_destination_up{destination=same}", 1.0);
    }

    @Test
    void large_and_small_numbers_are_written_in_full() {
        assertThat(PrometheusText.number(1_795_240_743.664)).isEqualTo("1795240743.664");
        assertThat(PrometheusText.number(10_000_000)).isEqualTo("10000000");
        assertThat(PrometheusText.number(0.0001)).isEqualTo("0.0001");
        assertThat(PrometheusText.number(Double.POSITIVE_INFINITY)).isEqualTo("+Inf");
        assertThat(PrometheusText.number(Double.NEGATIVE_INFINITY)).isEqualTo("-Inf");
        assertThat(PrometheusText.number(Double.NaN)).isEqualTo("NaN");
    }

    private PrometheusParser metrics(Statuses service) {
        Status status = service.status();
        Headline headline = Headline.of(status, Duration.ofSeconds(30));
        return PrometheusParser.parse(PrometheusMetrics.of(status, headline, lags.counts()));
    }
}
