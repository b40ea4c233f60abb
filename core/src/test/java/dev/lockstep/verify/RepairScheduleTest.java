package dev.lockstep.verify;

import static dev.lockstep.verify.RepairSchedules.item;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.table.Item;
import dev.lockstep.verify.RepairSchedules.Counts;
import dev.lockstep.verify.RepairSchedules.Mutation;
import dev.lockstep.verify.RepairSchedules.Setting;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The proof of the repair's two promises: when writers, replicator and repair have come to rest, the tables are equal;
 * and an older value is never put over a newer one that can be told from it, not even for a moment.
 *
 * <p>{@code make schedules} runs it wider.
 */
class RepairScheduleTest {
    private static final int WRITES = Integer.getInteger("lockstep.schedules.writes", 3);
    private static final int CRASHES = Integer.getInteger("lockstep.schedules.crashes", 1);
    private static final int LOST_ANSWERS = Integer.getInteger("lockstep.schedules.lostAnswers", 0);

    /** Absent, A, B: values that come back, so that a comparison can take a newer item for the one it has read. */
    private static final List<Item> RETURNING = Arrays.asList(null, item(Map.of("v", "1")), item(Map.of("v", "2")));
    /** The same, but B has all of A's attributes and one more: a condition on A holds of B, too. */
    private static final List<Item> NESTED =
            Arrays.asList(null, item(Map.of("v", "1")), item(Map.of("v", "1", "w", "2")));
    /** Enough of them that none need be written twice. */
    private static final List<Item> FRESH = Arrays.asList(
            null, item(Map.of("v", "1")), item(Map.of("v", "2")), item(Map.of("v", "3")), item(Map.of("v", "4")));

    private static Counts explore(List<Item> values, boolean fresh, int writes, int lostAnswers, Mutation mutation) {
        Setting setting = new Setting(values, fresh, writes, CRASHES, lostAnswers, mutation);
        Counts counts = new RepairSchedules(setting).explore();
        System.out.printf(
                "%-18s %d %s values, %d writes, %d crashes, %d lost answers: %,d schedules, %,d diverged%s%n",
                mutation,
                values.size(),
                fresh ? "fresh" : "returning",
                writes,
                CRASHES,
                lostAnswers,
                counts.schedules(),
                counts.diverged(),
                fresh ? String.format(", %,d set back", counts.setBack()) : "");
        return counts;
    }

    @Test
    void no_schedule_ends_with_different_tables() {
        Counts counts = explore(RETURNING, false, WRITES, LOST_ANSWERS, Mutation.NONE);
        assertThat(counts.schedules()).isGreaterThan(1_000_000);
        assertThat(counts.diverged()).isZero();
    }

    @Test
    void no_schedule_ends_with_different_tables_when_a_condition_cannot_tell_two_values_apart() {
        assertThat(explore(NESTED, false, WRITES, LOST_ANSWERS, Mutation.NONE).diverged())
                .isZero();
    }

    @Test
    void no_schedule_ends_with_different_tables_when_an_answer_is_lost() {
        assertThat(explore(RETURNING, false, WRITES - 1, 1, Mutation.NONE).diverged())
                .isZero();
    }

    @Test
    void no_schedule_sets_an_item_back_even_for_a_moment() {
        Counts counts = explore(FRESH, true, WRITES - 1, LOST_ANSWERS, Mutation.NONE);
        assertThat(counts.schedules()).isGreaterThan(1_000_000);
        assertThat(counts.diverged()).isZero();
        assertThat(counts.setBack()).isZero();
    }

    @Test
    void states_seen_before_are_counted_as_if_they_were_walked_through_again() {
        Setting small = new Setting(RETURNING, false, 1, 1, 0, Mutation.NO_JOURNAL);
        Counts remembered = new RepairSchedules(small).explore();
        assertThat(remembered).isEqualTo(new RepairSchedules(small, false).explore());
        assertThat(remembered.diverged()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(
            value = Mutation.class,
            names = {"NO_SECOND_LOOK", "NO_JOURNAL"})
    void without_the_second_look_or_the_journal_tables_stay_different(Mutation mutation) {
        assertThat(explore(RETURNING, false, WRITES, 0, mutation).diverged()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(
            value = Mutation.class,
            names = {"PRIMARY_READ_FIRST", "NO_CONDITION"})
    void without_the_order_of_reading_or_the_condition_items_are_set_back(Mutation mutation) {
        assertThat(explore(FRESH, true, WRITES - 1, 0, mutation).setBack()).isPositive();
    }
}
