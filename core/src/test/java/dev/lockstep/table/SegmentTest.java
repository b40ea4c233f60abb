package dev.lockstep.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentTest {
    @ParameterizedTest
    @CsvSource({"0, 1", "0, 1000000", "999999, 1000000", "3, 7"})
    void segmentsAreCountedFromZeroToTheTotalLessOne(int index, int total) {
        assertThat(new Segment(index, total).index()).isEqualTo(index);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, -1", "0, 1000001", "-1, 1", "1, 1", "1000000, 1000000"})
    void otherSegmentsAreRefused(int index, int total) {
        assertThatThrownBy(() -> new Segment(index, total)).isInstanceOf(InvalidSettingsException.class);
    }

    @Test
    void aSegmentTellsItsPlace() {
        assertThat(new Segment(3, 7)).hasToString("3 of 7");
    }
}
