package dev.lockstep.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static final RetryPolicy POLICY = new RetryPolicy(10, Duration.ofMillis(50), Duration.ofSeconds(20));

    private static Stream<Duration> pauses(int number) {
        return IntStream.range(0, 500).mapToObj(i -> POLICY.pause(number));
    }

    @Test
    void thePauseDoublesAndIsRandom() {
        for (int number : new int[] {0, 1, 5}) {
            long longest = 50L << number;
            assertThat(pauses(number)).allMatch(p -> !p.isNegative() && p.toMillis() <= longest);
            assertThat(pauses(number)
                            .max(Comparator.naturalOrder())
                            .orElseThrow()
                            .toMillis())
                    .isGreaterThan(longest * 8 / 10);
            assertThat(pauses(number)
                            .min(Comparator.naturalOrder())
                            .orElseThrow()
                            .toMillis())
                    .isLessThan(longest * 2 / 10 + 1);
        }
    }

    @Test
    void noPauseIsLongerThanTheCap() {
        assertThat(pauses(40)).allMatch(p -> p.compareTo(Duration.ofSeconds(20)) <= 0);
        assertThat(pauses(Integer.MAX_VALUE)).allMatch(p -> p.compareTo(Duration.ofSeconds(20)) <= 0);
        assertThat(pauses(40)).anyMatch(p -> p.compareTo(Duration.ofSeconds(10)) > 0);
    }

    @Test
    void nothingMayBeNegative() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> new RetryPolicy(-1, second, second)).isInstanceOf(InvalidSettingsException.class);
        assertThatThrownBy(() -> new RetryPolicy(1, second.negated(), second))
                .isInstanceOf(InvalidSettingsException.class);
        assertThatThrownBy(() -> new RetryPolicy(1, second, second.negated()))
                .isInstanceOf(InvalidSettingsException.class);
    }

    @Test
    void theDefaultsAreKnown() {
        assertThat(RetryPolicy.DEFAULT).isEqualTo(POLICY);
        assertThat(RetryPolicy.BRIEF).isEqualTo(new RetryPolicy(3, Duration.ofMillis(50), Duration.ofSeconds(1)));
    }
}
