package dev.lockstep.streams.status;

import dev.lockstep.streams.status.History.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code /status.json}: durations are seconds, moments are ISO 8601 in UTC, what is not known is null. */
final class StatusJson {
    static final String TYPE = "application/json; charset=utf-8";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    /** @param now by this machine's clock, which the browser's may not agree with */
    record Document(int version, Instant now, Headline headline, Status status, Columns history) {}

    /** The samples by column, as plots want them; moments in milliseconds. */
    record Columns(
            double intervalSeconds,
            List<Long> at,
            List<@Nullable Double> p50,
            List<@Nullable Double> p99,
            List<@Nullable Double> worst,
            List<Double> changesPerSecond,
            List<Double> writesPerSecond) {

        static Columns of(List<Sample> samples) {
            return new Columns(
                    History.INTERVAL.toMillis() / 1e3,
                    samples.stream().map(s -> s.at().toEpochMilli()).toList(),
                    seconds(samples, Sample::p50),
                    seconds(samples, Sample::p99),
                    seconds(samples, Sample::worst),
                    samples.stream().map(Sample::changesPerSecond).toList(),
                    samples.stream().map(Sample::writesPerSecond).toList());
        }

        private static List<@Nullable Double> seconds(
                List<Sample> samples, Function<Sample, Optional<Duration>> column) {
            return samples.stream()
                    .map(column)
                    .<@Nullable Double>map(
                            lag -> lag.map(d -> d.toMillis() / 1e3).orElse(null))
                    .toList();
        }
    }

    private StatusJson() {}

    static byte[] of(Instant now, Headline headline, Status status, List<Sample> samples) {
        return JSON.writeValueAsBytes(new Document(1, now, headline, status, Columns.of(samples)));
    }
}
