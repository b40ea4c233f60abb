package dev.lockstep.lambda;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.s;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Change;
import dev.lockstep.change.Change.Effect;
import dev.lockstep.lambda.Filter.Role;
import dev.lockstep.lambda.Filter.Turnover;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TurnoverTest {
    private static Change at(long millis) {
        return new Change(BY_STRING.keyOf(Map.of("id", s("a"))), Effect.DELETE, null, "1", "1", millis, false);
    }

    @Test
    void before_ends_where_after_begins() {
        assertThat(new Turnover(Role.BEFORE, 5_000).takes(at(4_999))).isTrue();
        assertThat(new Turnover(Role.BEFORE, 5_000).takes(at(5_000))).isFalse();
        assertThat(new Turnover(Role.AFTER, 5_000).takes(at(4_999))).isFalse();
        assertThat(new Turnover(Role.AFTER, 5_000).takes(at(5_000))).isTrue();
    }

    @Test
    void each_change_is_taken_by_exactly_one_even_within_the_turnovers_second() {
        for (long at = 3_000; at <= 7_000; at += 1_000) {
            boolean before = new Turnover(Role.BEFORE, 5_400).takes(at(at));
            boolean after = new Turnover(Role.AFTER, 5_400).takes(at(at));
            assertThat(before).isEqualTo(at < 6_000).isNotEqualTo(after);
        }
    }
}
