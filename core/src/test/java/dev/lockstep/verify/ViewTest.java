package dev.lockstep.verify;

import static dev.lockstep.verify.Fixtures.item;
import static dev.lockstep.verify.Fixtures.key;
import static dev.lockstep.verify.Fixtures.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemFilter;
import dev.lockstep.table.ItemTransformation;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.View;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Comparing and repairing with filters, transformations and a comparison of one's own. */
class ViewTest {
    private static final ItemFilter EVEN = item -> number(item) % 2 == 0;
    private static final ItemTransformation MASKED = ItemTransformation.masking("***", "v");
    private static final View BOTH = new View(List.of(EVEN), List.of(MASKED));

    @TempDir
    Path journal;

    private final List<Discrepancy> found = new ArrayList<>();
    private final MemoryTable primary = Fixtures.filled("primary", 200).pagesOf(7);
    private final MemoryTable replica = table("replica").pagesOf(11);

    private static int number(Item item) {
        return Integer.parseInt(item.attributes().get("n").n());
    }

    private DiffResult.Counts diff(View view, DiffSettings settings) {
        return new Diff(view.over(primary), List.of(replica), settings.withSettle(Duration.ZERO))
                .run(found::add)
                .replicas()
                .get(0)
                .counts();
    }

    private DiffSettings repair() {
        return DiffSettings.DEFAULT.withJournal(journal).withRepair(RepairPolicy.EVERYTHING);
    }

    @Test
    void a_replica_that_holds_what_the_filter_keeps_transformed_is_equal_at_the_cost_of_two_scans() {
        for (int i = 0; i < 200; i += 2) {
            replica.put(item(i, "***"));
        }
        assertThat(diff(BOTH, DiffSettings.DEFAULT)).isEqualTo(new DiffResult.Counts(100, 0, 0, 0, 0, 0));
        assertThat(primary.usage().requests()).containsOnlyKeys("Scan");
        assertThat(replica.usage().requests()).containsOnlyKeys("Scan");
    }

    @Test
    void what_the_filter_rejects_is_extra_in_a_replica_and_a_repair_makes_the_rest_as_transformed() {
        replica.put(item(1, "a")).put(item(2, "a")).put(item(4, "***"));
        DiffResult.Counts counts = diff(BOTH, repair());
        assertThat(counts.extra()).isEqualTo(1);
        assertThat(counts.different()).isEqualTo(1);
        assertThat(counts.missing()).isEqualTo(98);
        assertThat(counts.repaired()).isEqualTo(100);
        assertThat(replica.items())
                .hasSize(100)
                .allSatisfy(i -> assertThat(i.attributes()).containsEntry("v", AttributeValue.fromS("***")))
                .allMatch(EVEN::keeps);
        assertThat(primary.items()).as("the primary is as it was").hasSize(200).contains(item(1, "a"));
    }

    @Test
    void attributes_are_dropped_renamed_and_replaced() {
        Item seen = ItemTransformation.dropping("n")
                .then(ItemTransformation.renaming("v", "w"))
                .then(ItemTransformation.replacing(v -> AttributeValue.fromS(v.s() + "!"), "w", "absent"))
                .apply(item(1, "a"));
        assertThat(seen).isEqualTo(item("item-1", Map.of("w", AttributeValue.fromS("a!"))));
        assertThat(ItemTransformation.renaming("absent", "v").apply(item(1, "a")))
                .isEqualTo(item(1, "a"));
    }

    @Test
    void a_transformation_that_changes_a_key_stops_the_run_without_telling_a_value() {
        View wrong = View.of(ItemTransformation.masking("secret", "id"));
        assertThatThrownBy(() -> diff(wrong, repair()))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("it changed an item's key (id")
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining("item-");
        assertThatThrownBy(() -> diff(View.of(ItemTransformation.dropping("id")), repair()))
                .isInstanceOf(LockstepException.class);
        assertThat(replica.items()).isEmpty();
    }

    @Test
    void one_that_fails_stops_the_run_and_its_message_which_may_quote_the_item_is_not_told() {
        View failing = View.of((ItemFilter) item -> {
            throw new IllegalArgumentException("card 4711");
        });
        assertThatThrownBy(() -> diff(failing, repair()))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("IllegalArgumentException")
                .satisfies(e -> assertThat(Throwables.getStackTrace(e))
                        .contains("ViewTest")
                        .doesNotContain("4711"));
        assertThatThrownBy(() -> diff(View.of((ItemTransformation) item -> null), repair()))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("null");
    }

    @Test
    void items_that_a_comparison_takes_for_equal_are_left_as_they_are() {
        ItemComparison near = (a, b) -> Math.abs(number(a) - number(b)) <= 1;
        for (int i = 0; i < 200; i++) {
            Map<String, AttributeValue> off = Map.of(
                    "v", AttributeValue.fromS("a"), "n", AttributeValue.fromN("" + (i % 10 == 0 ? i + 5 : i + 1)));
            replica.put(item("item-" + i, off));
        }
        DiffResult.Counts counts = diff(View.WHOLE, repair().withComparison(near));
        assertThat(counts.same()).isEqualTo(180);
        assertThat(counts.different()).isEqualTo(20);
        assertThat(counts.repaired()).isEqualTo(20);
        assertThat(found).allSatisfy(d -> assertThat(d.attributes()).containsExactly("n"));
        assertThat(replica.items()).contains(item(10, "a")).doesNotContain(item(11, "a"));
    }

    @Test
    void a_comparison_is_asked_only_of_items_that_are_not_equal() {
        replica.put(item(1, "b"));
        for (int i = 2; i < 200; i++) {
            replica.put(item(i, "a"));
        }
        List<Integer> asked = new ArrayList<>();
        ItemComparison never = (a, b) -> {
            synchronized (asked) {
                asked.add(number(a));
            }
            return false;
        };
        assertThat(diff(View.WHOLE, DiffSettings.DEFAULT.withComparison(never)))
                .isEqualTo(new DiffResult.Counts(198, 1, 1, 0, 0, 0));
        assertThat(asked).isNotEmpty().containsOnly(1);
        assertThat(found).extracting(Discrepancy::key).contains(key(0), key(1));
    }

    @Test
    void a_comparison_that_fails_stops_the_run() {
        replica.put(item(1, "b"));
        ItemComparison failing = (a, b) -> {
            throw new IllegalStateException("card 4711");
        };
        assertThatThrownBy(() -> diff(View.WHOLE, DiffSettings.DEFAULT.withComparison(failing)))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("IllegalStateException")
                .satisfies(e -> assertThat(Throwables.getStackTrace(e))
                        .contains("ViewTest")
                        .doesNotContain("4711"));
    }
}
