package dev.lockstep.verify;

import static dev.lockstep.verify.Fixtures.filled;
import static dev.lockstep.verify.Fixtures.item;
import static dev.lockstep.verify.Fixtures.key;
import static dev.lockstep.verify.Fixtures.remove;
import static dev.lockstep.verify.Fixtures.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.LockstepException;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.verify.DiffResult.Counts;
import dev.lockstep.verify.Discrepancy.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class RepairTest {
    @TempDir
    Path folder;

    private final List<Discrepancy> found = new ArrayList<>();
    private final MemoryTable primary = filled("primary", 300);
    private final MemoryTable replica = filled("replica", 300);
    private DiffSettings repairing = DiffSettings.DEFAULT;

    @BeforeEach
    void set_up() {
        repairing = DiffSettings.DEFAULT
                .withSettle(Duration.ZERO)
                .withRetry(new RetryPolicy(0, Duration.ZERO, Duration.ZERO))
                .withJournal(folder.resolve("journal"))
                .withRepair(RepairPolicy.EVERYTHING);
    }

    private Counts diff(DiffSettings settings) {
        return new Diff(primary, List.of(replica), settings)
                .run(found::add)
                .replicas()
                .get(0)
                .counts();
    }

    private void damage() {
        remove(replica, key(1));
        replica.put(item(2, "changed"));
        replica.put(item(1_000, "extra"));
    }

    private List<Path> journals() throws IOException {
        if (!Files.exists(folder.resolve("journal"))) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder.resolve("journal"))) {
            return files.toList();
        }
    }

    @Test
    void every_kind_of_difference_is_repaired_and_the_journal_is_gone() throws IOException {
        damage();
        assertThat(diff(repairing)).isEqualTo(new Counts(298, 1, 1, 1, 0, 3));
        assertThat(replica.items()).isEqualTo(primary.items());
        assertThat(found).allMatch(Discrepancy::repaired);
        assertThat(journals()).isEmpty();
    }

    @Test
    void only_the_kinds_asked_for_are_repaired() {
        damage();
        RepairPolicy missingOnly = new RepairPolicy(Set.of(Kind.MISSING), Optional.empty());
        Counts counts = diff(repairing.withRepair(missingOnly));
        assertThat(counts).isEqualTo(new Counts(298, 1, 1, 1, 0, 1));
        assertThat(counts.left()).isEqualTo(2);
        assertThat(diff(repairing.withRepair(RepairPolicy.NOTHING))).isEqualTo(new Counts(299, 0, 1, 1, 0, 0));
    }

    @Test
    void nothing_is_written_without_a_repair() {
        damage();
        List<Item> before = replica.items();
        diff(repairing.withRepair(RepairPolicy.NOTHING));
        assertThat(replica.items()).isEqualTo(before);
        assertThat(replica.usage().writeUnits()).isEqualTo(1.0).as("the damage itself");
        assertThat(primary.usage().writeUnits()).isZero();
    }

    @Test
    void a_replica_item_with_a_higher_version_is_left_alone() {
        primary.put(versioned(500, "5", "old"));
        replica.put(versioned(500, "6", "new"));
        primary.put(versioned(501, "10", "new"));
        replica.put(versioned(501, "9", "old"));
        primary.put(item(502, "no version"));
        replica.put(versioned(502, "1", "has one"));
        RepairPolicy policy = new RepairPolicy(Set.of(Kind.values()), Optional.of("version"));
        assertThat(diff(repairing.withRepair(policy))).isEqualTo(new Counts(300, 0, 3, 0, 0, 1));
        assertThat(replica.items()).contains(versioned(500, "6", "new"), versioned(501, "10", "new"));
        assertThat(found)
                .filteredOn(d -> !d.repaired())
                .hasSize(2)
                .allMatch(d -> d.note().contains("version"));
    }

    private static Item versioned(int number, String version, String value) {
        return item(
                "item-" + number, Map.of("v", AttributeValue.fromS(value), "version", AttributeValue.fromN(version)));
    }

    @Test
    void ignored_attributes_keep_the_replicas_values() {
        primary.put(item("a", Map.of("v", AttributeValue.fromS("right"), "region", AttributeValue.fromS("eu"))));
        replica.put(item("a", Map.of("v", AttributeValue.fromS("wrong"), "region", AttributeValue.fromS("us"))));
        assertThat(diff(repairing.withIgnored(Set.of("region"))).repaired()).isEqualTo(1);
        assertThat(replica.items())
                .contains(item("a", Map.of("v", AttributeValue.fromS("right"), "region", AttributeValue.fromS("us"))));
    }

    @Test
    void an_item_too_wide_for_a_condition_is_reported_and_not_written_unless_a_version_tells() {
        primary.put(wide("new", "2"));
        replica.put(wide("old", "1"));
        assertThat(diff(repairing)).isEqualTo(new Counts(300, 0, 1, 0, 0, 0));
        assertThat(found.get(0).note()).contains("150 attributes");
        RepairPolicy byVersion = new RepairPolicy(Set.of(Kind.values()), Optional.of("version"));
        assertThat(diff(repairing.withRepair(byVersion)).repaired()).isEqualTo(1);
        assertThat(replica.items()).contains(wide("new", "2"));
    }

    @Test
    void an_item_too_wide_for_a_condition_is_repaired_where_it_is_missing() {
        primary.put(wide("new", "2"));
        assertThat(diff(repairing).repaired()).isEqualTo(1);
    }

    private static Item wide(String value, String version) {
        Map<String, AttributeValue> attributes = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            attributes.put("attribute-" + i, AttributeValue.fromS(value));
        }
        attributes.put("version", AttributeValue.fromN(version));
        return item("wide", attributes);
    }

    @Test
    void what_a_crash_left_in_the_journal_is_settled_first_by_the_next_run() throws IOException {
        remove(replica, key(1));
        // The write takes effect and its answer is lost, for good: the run ends with the keys still noted.
        var dying = new DyingTable(replica);
        assertThatThrownBy(() -> new Diff(primary, List.of(dying), repairing).run(found::add))
                .isInstanceOf(LockstepException.class);
        assertThat(journals()).hasSize(1);
        // Meanwhile the primary moves on, and the replicator does not know of our write.
        primary.put(item(1, "newer"));

        List<String> warnings = new ArrayList<>();
        Progress listening = new Progress() {
            @Override
            public void warning(String message) {
                warnings.add(message);
            }
        };
        new Diff(primary, List.of(replica), repairing.withRepair(RepairPolicy.NOTHING), listening).run(found::add);
        assertThat(warnings).hasSize(1).first().asString().contains("run with --repair");
        assertThat(journals()).hasSize(1);

        warnings.clear();
        RepairPolicy extraOnly = new RepairPolicy(Set.of(Kind.EXTRA), Optional.empty());
        new Diff(primary, List.of(replica), repairing.withRepair(extraOnly), listening).run(found::add);
        assertThat(warnings).hasSize(1).first().asString().contains("settled");
        assertThat(replica.items()).contains(item(1, "newer"));
        assertThat(journals()).isEmpty();
    }

    @Test
    void journals_of_other_tables_are_left_alone_and_damaged_ones_stop_the_run() throws IOException {
        damage();
        assertThatThrownBy(() -> new Diff(primary, List.of(new DyingTable(replica)), repairing).run(found::add))
                .isInstanceOf(LockstepException.class);
        new Diff(filled("other", 1), List.of(table("another")), repairing).run(found::add);
        assertThat(journals()).hasSize(1);

        Files.writeString(journals().get(0), "{\"lockstep\":\"repair-journal\",\"version\":9}\n");
        assertThatThrownBy(() -> diff(repairing)).hasMessageContaining("newer version");
        Files.writeString(journals().get(0), "garbage\n");
        assertThatThrownBy(() -> diff(repairing)).hasMessageContaining("damaged");
    }

    @Test
    void a_repair_can_be_undone_and_undone_only_once() {
        damage();
        List<Item> before = replica.items();
        Path log = folder.resolve("undo.jsonl");
        diff(repairing.withUndoLog(log));
        assertThat(undo(log, true)).isEqualTo(new Undo.Result(3, 2, 1, 0, 0));
        assertThat(replica.items()).isEqualTo(primary.items());
        assertThat(undo(log, false)).isEqualTo(new Undo.Result(3, 2, 1, 0, 0));
        assertThat(replica.items()).isEqualTo(before);
        assertThat(undo(log, false)).isEqualTo(new Undo.Result(3, 0, 0, 3, 0));
    }

    private Undo.Result undo(Path log, boolean dryRun) {
        return new Undo(log, replica, dryRun, RetryPolicy.DEFAULT, Progress.NONE).run();
    }

    @Test
    void what_was_changed_since_the_repair_is_not_undone() {
        damage();
        Path log = folder.resolve("undo.jsonl");
        diff(repairing.withUndoLog(log));
        replica.put(item(2, "changed since"));
        assertThat(undo(log, false)).isEqualTo(new Undo.Result(3, 1, 1, 1, 0));
        assertThat(replica.items()).contains(item(2, "changed since"));
    }

    @Test
    void two_repairs_of_one_item_in_one_log_are_undone_to_the_first_state() {
        Path log = folder.resolve("undo.jsonl");
        replica.put(item(2, "first damage"));
        diff(repairing.withUndoLog(log));
        primary.put(item(2, "moved on"));
        diff(repairing.withUndoLog(log));
        assertThat(undo(log, false).written()).isEqualTo(2);
        assertThat(replica.items()).contains(item(2, "first damage"));
    }

    @Test
    void a_torn_last_line_is_skipped_and_a_damaged_one_is_named() throws IOException {
        damage();
        Path log = folder.resolve("undo.jsonl");
        diff(repairing.withUndoLog(log));
        String whole = Files.readString(log);
        Files.writeString(log, whole + "{\"id\":\"x\",\"tab");
        assertThat(undo(log, true).read()).isEqualTo(3);
        Files.writeString(log, whole.replaceFirst("\"before\"", "before"));
        assertThatThrownBy(() -> undo(log, true)).hasMessageContaining("damaged line");
    }

    @Test
    void an_undo_log_of_another_table_or_none_at_all_is_refused() throws IOException {
        damage();
        Path log = folder.resolve("undo.jsonl");
        diff(repairing.withUndoLog(log));
        assertThatThrownBy(() -> new Undo(log, table("other"), false, RetryPolicy.DEFAULT, Progress.NONE).run())
                .hasMessageContaining("no change of this table");
        assertThatThrownBy(() -> undo(folder.resolve("absent"), false)).hasMessageContaining("absent");
        Files.writeString(log, "something else\n");
        assertThatThrownBy(() -> undo(log, false)).hasMessageContaining("not an undo log");
    }

    @Test
    void the_files_hold_customers_data_and_are_readable_by_their_owner_only() throws IOException {
        damage();
        Path log = folder.resolve("undo.jsonl");
        assertThatThrownBy(() ->
                        new Diff(primary, List.of(new DyingTable(replica)), repairing.withUndoLog(log)).run(found::add))
                .isInstanceOf(LockstepException.class);
        assertThat(Files.getPosixFilePermissions(log)).hasSize(2);
        assertThat(Files.getPosixFilePermissions(journals().get(0))).hasSize(2);
    }
}
