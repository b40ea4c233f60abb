package dev.lockstep.streams.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.streams.status.LagHistogram.Counts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LagHistogramTest {
    private final LagHistogram histogram = new LagHistogram();

    @Test
    void every_lag_is_counted_at_its_value_rounded_up_to_two_significant_digits() {
        assertThat(rounded(0)).isZero();
        assertThat(rounded(1)).isEqualTo(1);
        assertThat(rounded(99)).isEqualTo(99);
        assertThat(rounded(100)).isEqualTo(100);
        assertThat(rounded(101)).isEqualTo(110);
        assertThat(rounded(990)).isEqualTo(990);
        assertThat(rounded(991)).isEqualTo(1_000);
        assertThat(rounded(1_000)).isEqualTo(1_000);
        assertThat(rounded(1_001)).isEqualTo(1_100);
        assertThat(rounded(30_000)).isEqualTo(30_000);
        assertThat(rounded(3_600_000)).isEqualTo(3_600_000);
        assertThat(rounded(99_000_000)).isEqualTo(99_000_000);
    }

    @Test
    void random_lags_are_never_rounded_down_nor_by_more_than_a_tenth() {
        Random random = new Random(5);
        for (int i = 0; i < 2_000; i++) {
            long millis = (long) Math.pow(10, random.nextDouble() * 7.99);
            assertThat(rounded(millis)).isBetween(millis, Math.max(millis, millis + millis / 10));
        }
    }

    @Test
    void lags_that_cannot_be_are_counted_at_the_ends() {
        assertThat(rounded(-5)).isZero();
        assertThat(rounded(Duration.ofDays(400).toMillis())).isEqualTo(99_000_000);
    }

    @Test
    void a_part_of_a_millisecond_is_not_lost() {
        histogram.record(Duration.ofNanos(10_000_001), 1);
        assertThat(histogram.counts().atMost(Duration.ofMillis(10))).isZero();
        assertThat(histogram.counts().atMost(Duration.ofMillis(11))).isEqualTo(1);
        assertThat(histogram.counts().seconds()).isEqualTo(0.01);
    }

    @Test
    void quantiles_are_the_lag_that_this_share_did_not_exceed() {
        LongStream.rangeClosed(1, 100).forEach(i -> histogram.record(Duration.ofMillis(i * 10), 1));
        Counts counts = histogram.counts();
        assertThat(counts.quantile(0.5)).contains(Duration.ofMillis(500));
        assertThat(counts.quantile(0.99)).contains(Duration.ofMillis(990));
        assertThat(counts.quantile(1)).contains(Duration.ofMillis(1000));
        assertThat(Counts.NONE.quantile(0.5)).isEmpty();
    }

    @Test
    void what_happened_between_two_moments_is_the_difference() {
        histogram.record(Duration.ofSeconds(1), 4);
        Counts before = histogram.counts();
        histogram.record(Duration.ofSeconds(2), 3);
        Counts between = histogram.counts().since(before);
        assertThat(between.total()).isEqualTo(3);
        assertThat(between.seconds()).isEqualTo(6);
        List<String> told = new ArrayList<>();
        between.forEach((lag, changes) -> told.add(lag + " " + changes));
        assertThat(told).containsExactly("PT2S 3");
    }

    private long rounded(long millis) {
        Counts before = histogram.counts();
        histogram.record(Duration.ofMillis(millis), 1);
        Optional<Duration> lag = histogram.counts().since(before).quantile(1);
        return lag.orElseThrow().toMillis();
    }
}
