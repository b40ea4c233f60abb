package dev.lockstep.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartSizeTest {
    @Test
    void partsDoubleEachThousandUpToALimit() {
        assertThat(IntStream.of(1, 1_000, 1_001, 2_000, 2_001, 5_001, 6_001, 10_000)
                        .map(number -> PartSize.of(number) >> 20))
                .containsExactly(8, 8, 16, 16, 32, 256, 256, 256);
    }

    @Test
    void tenThousandReachMoreThanATerabyte() {
        assertThat(IntStream.rangeClosed(1, PartSize.MAX_PARTS)
                        .mapToLong(PartSize::of)
                        .sum())
                .isBetween(1_500_000_000_000L, 1_700_000_000_000L);
    }
}
