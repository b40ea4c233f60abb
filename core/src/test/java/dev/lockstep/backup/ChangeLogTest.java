package dev.lockstep.backup;

import static dev.lockstep.change.TestRecords.NOON;
import static dev.lockstep.change.TestRecords.change;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.change.TestRecords;
import dev.lockstep.folder.ItemVersion;
import dev.lockstep.objects.MemoryObjects;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.work.Pool;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a change log holds, what it knows of what it lacks, and what is made of it. */
class ChangeLogTest {
    private static final String STREAM =
            "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-11-21T12:00:00.000";
    private static final ObjectRef PREFIX = ObjectRef.parse("s3://bucket/backup");

    @TempDir
    Path folder;

    private final MemoryObjects objects = new MemoryObjects("bucket");
    private final Pool calls = Pool.of("calls", 4);
    private final List<String> said = new ArrayList<>();
    private final ChangeLogWriter writer = writer(STREAM);

    @AfterEach
    void close() {
        calls.close();
    }

    private ChangeLogWriter writer(String stream) {
        return new ChangeLogWriter(
                objects,
                PREFIX,
                "orders",
                "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
                "table-1",
                stream,
                BY_STRING,
                Duration.ZERO,
                said::add);
    }

    private static Instant second(long second) {
        return NOON.plusSeconds(second);
    }

    private static String sequence(long number) {
        return change(number, key("a"), null).sequence();
    }

    private ShardLog first(String shard) {
        return open(shard, Optional.empty(), Optional.empty(), true, 1);
    }

    private ShardLog open(
            String shard, Optional<String> parent, Optional<String> after, boolean whole, long startSecond) {
        return writer.open(shard, new ShardStart(parent, after, whole, second(startSecond)));
    }

    /** One change a second: record {@code i} makes the item {@code k<i % 3>} have the value {@code i}. */
    private static List<StreamRecord> records(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .<StreamRecord>mapToObj(i -> change(i, key("k" + i % 3), version(i)))
                .toList();
    }

    private static Item version(long i) {
        return item("k" + i % 3, "v", n("" + i));
    }

    private ChangeLog log() {
        return ChangeLog.open(objects, PREFIX, "orders", calls);
    }

    private List<String> files(String shard) {
        return objects.texts().keySet().stream()
                .filter(key -> key.contains("/" + shard + "/"))
                .toList();
    }

    private static PointInTime.Base backup(long from, long to, Item... items) {
        return new PointInTime.Base(new MemorySource().items(List.of(items)), second(from), second(to), "table-1");
    }

    private Map<Key, Item> rebuilt(Source source) {
        Map<Key, Item> found = new HashMap<>();
        try (Merged merged = Merged.prove(source, BY_STRING, any -> true, new ReadSettings(2, folder), Progress.NONE)) {
            merged.each(() -> new Merged.Taker() {
                @Override
                public void take(Key key, @Nullable Item item) {
                    synchronized (found) {
                        if (item != null) {
                            found.put(key, item);
                        }
                    }
                }

                @Override
                public void end() {}
            });
        }
        return found;
    }

    private Map<Key, Item> at(long second, PointInTime.Base... backups) {
        return rebuilt(PointInTime.open(List.of(backups), log(), second(second)));
    }

    @Test
    void each_second_is_rebuilt_as_it_was_the_second_included() {
        ShardLog shard = first("s");
        shard.append(records(1, 4));
        shard.append(List.of(change(5, key("k1"), null), TestRecords.expiry(6, key("k2"))));
        shard.append(records(7, 9));
        PointInTime.Base empty = backup(0, 0);

        assertThat(at(0, empty)).isEmpty();
        assertThat(at(2, empty)).containsOnly(Map.entry(key("k1"), version(1)), Map.entry(key("k2"), version(2)));
        assertThat(at(4, empty).get(key("k1"))).isEqualTo(version(4));
        assertThat(at(6, empty)).containsOnly(Map.entry(key("k0"), version(3)));
        assertThat(at(8, empty).values()).containsExactlyInAnyOrder(version(3), version(7), version(8));
    }

    @Test
    void what_changed_while_the_backup_was_made_comes_from_the_log() {
        first("s").append(records(1, 9));
        // Made from second 3 to 6: k0 was read late, k1 early, k2 is missing though it was there all the time.
        PointInTime.Base backup = backup(3, 6, version(6), version(1));
        assertThat(at(6, backup).values()).containsExactlyInAnyOrder(version(6), version(4), version(5));
    }

    @Test
    void a_time_before_the_first_backup_was_done_is_refused_with_the_earliest() {
        first("s").append(records(1, 9));
        assertThatThrownBy(() -> at(5, backup(3, 6)))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("earliest possible time is " + second(6));
    }

    @Test
    void a_time_that_the_log_does_not_reach_is_refused_with_the_latest() {
        first("s").append(records(1, 9));
        // More changes of second 9 may come.
        assertThat(log().latest()).contains(second(8));
        assertThatThrownBy(() -> at(9, backup(0, 1)))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("latest possible time is " + second(8));
    }

    @Test
    void the_newest_backup_that_was_done_by_then_is_taken() {
        first("s").append(records(1, 9));
        PointInTime found = PointInTime.open(List.of(backup(0, 1), backup(4, 5), backup(6, 7)), log(), second(6));
        assertThat(found.base().to()).isEqualTo(second(5));
    }

    @Test
    void nothing_new_is_believed_when_said_three_times_and_moves_the_end_on() {
        ShardLog shard = first("s");
        shard.append(records(1, 3));
        shard.nothingNew(second(60));
        shard.nothingNew(second(65));
        assertThat(log().latest()).contains(second(2));
        shard.nothingNew(second(70));
        assertThat(log().latest()).contains(second(50));
        shard.append(records(80, 81));
        shard.nothingNew(second(200));
        shard.nothingNew(second(205));
        assertThat(log().latest()).contains(second(80));
    }

    @Test
    void a_missing_file_is_named_with_shard_sequence_number_and_time() {
        ShardLog shard = first("s");
        for (int i = 0; i < 5; i++) {
            shard.append(records(10 * i + 1, 10 * i + 10));
        }
        assertThat(log().check(NOON, second(49)).whole()).isTrue();
        objects.delete(files("s").get(2));

        Lineage lineage = log().check(NOON, second(49));
        assertThat(lineage.whole()).isFalse();
        assertThat(lineage.text())
                .contains("shard s after sequence number " + sequence(20))
                .contains("files are missing")
                .contains("after " + second(19))
                .contains("before " + second(32));
        assertThat(log().check(NOON, second(19)).whole()).as("before the gap").isTrue();
        assertThat(log().check(second(32), second(49)).whole())
                .as("after the gap")
                .isTrue();
        assertThat(log().earliest()).contains(second(32));
        assertThatThrownBy(() -> at(40, backup(0, 1)))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining(sequence(20))
                .hasMessageContaining("begun after " + second(32));
    }

    @Test
    void every_single_missing_object_is_noticed() {
        ShardLog parent = first("p");
        parent.append(records(1, 10));
        parent.append(records(11, 20));
        parent.ended(List.of("c", "d"));
        ShardLog c = open("c", Optional.of("p"), Optional.empty(), true, 21);
        c.append(records(21, 30));
        c.append(records(31, 40));
        ShardLog d = open("d", Optional.of("p"), Optional.empty(), true, 21);
        d.append(List.of(change(35, key("x"), null)));
        d.append(List.of(change(41, key("x"), item("x"))));
        assertThat(log().check(NOON, second(39)).text()).startsWith("whole");
        for (String key : List.copyOf(objects.texts().keySet())) {
            if (key.endsWith("/end.json")) {
                continue; // the tip tells the same
            }
            var kept = objects.get(key).orElseThrow();
            objects.delete(key);
            assertThat(log().check(NOON, second(39)).whole()).as(key).isFalse();
            objects.put(key, kept.content(), Options.REPLACE);
        }
        assertThat(log().check(NOON, second(39)).whole()).isTrue();
    }

    @Test
    void each_changed_byte_of_a_file_is_noticed_or_means_nothing() {
        first("s").append(records(1, 5));
        String file = files("s").get(0);
        byte[] good = objects.get(file).orElseThrow().content();
        Map<Key, Item> before = at(4, backup(0, 0));
        int header = 10;
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            objects.put(file, bad, Options.REPLACE);
            if (i >= header) {
                assertThatThrownBy(() -> at(4, backup(0, 0)))
                        .as("byte " + i)
                        .isInstanceOf(DamagedException.class)
                        .hasMessageContaining(file);
            }
        }
        objects.put(file, java.util.Arrays.copyOf(good, good.length - 9), Options.REPLACE);
        assertThatThrownBy(() -> at(4, backup(0, 0))).isInstanceOf(DamagedException.class);
        objects.put(file, good, Options.REPLACE);
        assertThat(at(4, backup(0, 0))).isEqualTo(before);
    }

    @Test
    void a_file_under_the_name_of_another_is_noticed() {
        ShardLog shard = first("s");
        shard.append(records(1, 5));
        shard.append(records(6, 9));
        List<String> files = files("s");
        objects.put(files.get(1), objects.get(files.get(0)).orElseThrow().content(), Options.REPLACE);
        assertThatThrownBy(() -> at(8, backup(0, 0)))
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining(files.get(1));
    }

    @Test
    void files_are_never_changed() {
        first("s").append(records(1, 5));
        Map<String, String> before = objects.texts();
        // Somebody who lost the shard writes the same again: fine. Other records under the same numbers: a fault.
        ShardLog late = writer.open("t", new ShardStart(Optional.empty(), Optional.empty(), true, second(1)));
        late.append(records(1, 5));
        assertThat(files("s").stream().map(objects.texts()::get).toList())
                .isEqualTo(files("s").stream().map(before::get).toList());
        objects.delete(tip("s"));
        objects.put(
                files("s").get(0), objects.get(files("t").get(0)).orElseThrow().content(), Options.REPLACE);
        LogEntry entry = LogEntry.of(change(1, key("k1"), item("k1")), BY_STRING);
        List<LogEntry> others = new ArrayList<>(List.of(entry));
        records(2, 5).forEach(r -> others.add(LogEntry.of(r, BY_STRING)));
        assertThatThrownBy(() -> writer.write("t", LogFileName.NOTHING, others))
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining("other records");
    }

    private static String tip(String shard) {
        return "backup/lockstep-changes/orders/tips/2026-11-21T12:00:00.000/" + shard + ".json";
    }

    @Test
    void the_same_records_make_the_same_bytes() {
        first("s").append(records(1, 5));
        byte[] one = objects.get(files("s").get(0)).orElseThrow().content();
        objects.texts().keySet().forEach(objects::delete);
        first("s").append(records(1, 5));
        assertThat(objects.get(files("s").get(0)).orElseThrow().content()).isEqualTo(one);
    }

    @Test
    void records_that_come_again_count_once_and_the_log_stays_whole() {
        first("s").append(records(1, 10));
        open("s", Optional.empty(), Optional.of(sequence(4)), false, 12).append(records(5, 15));
        open("s", Optional.empty(), Optional.empty(), false, 16).append(records(1, 15));

        assertThat(log().check(NOON, second(14)).whole()).isTrue();
        assertThat(files("s")).hasSize(2);
        assertThat(said).isEmpty();
    }

    @Test
    void a_file_that_was_written_just_before_a_crash_is_part_of_the_log() {
        ShardLog shard = first("s");
        shard.append(records(1, 10));
        byte[] old = objects.get(tip("s")).orElseThrow().content();
        shard.append(records(11, 20));
        objects.put(tip("s"), old, Options.REPLACE);

        open("s", Optional.empty(), Optional.of(sequence(10)), false, 21).append(records(11, 25));
        assertThat(log().check(NOON, second(24)).whole()).isTrue();
        assertThat(files("s")).hasSize(3);
        assertThat(files("s").get(2)).contains(sequence(21) + "-");
    }

    @Test
    void what_was_trimmed_while_nobody_read_is_a_gap_and_times_on_both_sides_can_be_rebuilt() {
        first("s").append(records(1, 10));
        long later = Duration.ofHours(30).toSeconds();
        // Another name begins with the oldest record that is left, which is much later.
        open("s", Optional.empty(), Optional.empty(), false, later).append(records(later - 100, later));

        assertThat(said).hasSize(1);
        assertThat(said.get(0))
                .contains(
                        "gap",
                        "shard s after sequence number " + sequence(10),
                        second(9).toString());
        Instant whole = second(later).minus(Duration.ofHours(23));
        assertThat(log().earliest()).contains(whole);
        assertThat(at(9, backup(0, 1)).values()).contains(version(9));
        assertThatThrownBy(() -> at(later - 2, backup(0, 1)))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining(sequence(10))
                .hasMessageContaining("trimmed");
        long from = Duration.between(NOON, whole).toSeconds();
        assertThat(at(later - 2, backup(from + 1, from + 2)).values()).contains(version(later - 2));
    }

    @Test
    void a_pause_that_is_shorter_than_what_the_stream_keeps_is_no_gap() {
        first("s").append(records(1, 10));
        long later = Duration.ofHours(22).toSeconds();
        open("s", Optional.empty(), Optional.empty(), false, later).append(records(later - 100, later));
        assertThat(said).isEmpty();
        assertThat(log().check(NOON, second(later - 1)).whole()).isTrue();
    }

    @Test
    void a_log_that_begins_in_the_middle_of_a_shard_is_whole_from_the_second_after_its_first_record() {
        open("s", Optional.empty(), Optional.of(sequence(99)), false, 500).append(records(100, 200));
        assertThat(log().earliest()).contains(second(101));
        assertThat(log().check(second(100), second(150)).text()).contains("begins later");
    }

    @Test
    void a_shard_that_was_not_read_yet_holds_back_the_latest_time() {
        ShardLog parent = first("p");
        parent.append(records(1, 10));
        parent.ended(List.of("c", "d"));
        open("c", Optional.of("p"), Optional.empty(), true, 11).append(records(11, 20));
        assertThat(log().latest())
                .as("d may have changes of any time after its parent's")
                .contains(second(9));
        assertThatThrownBy(() -> at(15, backup(0, 1))).hasMessageContaining("latest possible time is " + second(9));
        open("d", Optional.of("p"), Optional.empty(), true, 11).append(List.of(change(25, key("x"), null)));
        assertThat(log().latest()).contains(second(19));
    }

    @Test
    void shards_of_which_nothing_is_known_are_counted_before_any_is_read() {
        writer.listed(Map.of("s", Optional.empty(), "t", Optional.empty()));
        first("s").append(records(1, 10));
        assertThat(log().latest()).isEmpty();
        assertThat(log().check(NOON, second(5)).text()).contains("shard t").contains("nothing of it was read");
    }

    @Test
    void a_parent_that_was_read_before_there_was_this_log_is_not_in_it() {
        writer.listed(Map.of("p", Optional.empty(), "c", Optional.of("p")));
        open("c", Optional.of("p"), Optional.empty(), true, 50).append(records(50, 60));
        assertThat(log().earliest()).contains(second(51));
    }

    @Test
    void a_record_that_nobody_can_read_stops_a_restore_across_it_and_no_other() {
        ShardLog shard = first("s");
        shard.append(records(1, 3));
        List<StreamRecord> some = new ArrayList<>(records(4, 5));
        some.add(unreadable(6));
        some.addAll(records(7, 9));
        shard.append(some);
        assertThat(log().check(NOON, second(8)).whole())
                .as("nothing is missing")
                .isTrue();
        assertThat(at(4, backup(0, 1)).values()).contains(version(4));
        assertThatThrownBy(() -> at(6, backup(0, 1)))
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining(sequence(6));
        shard.append(records(300, 302));
        assertThat(at(301, backup(290, 290)).values()).contains(version(301));
    }

    private static StreamRecord unreadable(long number) {
        return new dev.lockstep.change.DynamoRecord(TestRecords.record(number, key("k1"), item("k1"))
                .eventName("SOMETHING")
                .build());
    }

    @Test
    void another_stream_of_the_table_is_another_log_with_a_gap_between() {
        first("s").append(records(1, 10));
        String next = STREAM.replace("12:00:00", "12:30:00");
        writer(next)
                .open("u", new ShardStart(Optional.empty(), Optional.empty(), true, second(1_900)))
                .append(records(2_000, 2_010));
        assertThat(log().check(NOON, second(9)).whole()).isTrue();
        assertThat(log().earliest()).contains(second(1_800));
        assertThat(log().check(NOON, second(2_005)).whole()).isFalse();
        assertThat(log().check(second(1_800), second(2_005)).whole()).isTrue();
    }

    @Test
    void the_log_of_another_table_of_that_name_is_refused() {
        first("s").append(records(1, 10));
        var other = new PointInTime.Base(new MemorySource().items(List.of()), NOON, NOON, "table-2");
        assertThatThrownBy(() -> at(5, other)).hasMessageContaining("another table of the same name");
    }

    @Test
    void a_log_by_lambda_cannot_be_proven_and_says_so() {
        writer.listedLambda();
        writer.append(records(1, 9));
        assertThatThrownBy(() -> at(5, backup(0, 0))).hasMessageContaining("Lambda");
        assertThat(rebuilt(PointInTime.open(List.of(backup(0, 0)), log(), second(5), true))
                        .values())
                .containsExactlyInAnyOrder(version(3), version(4), version(5));
    }

    @Test
    void an_old_tip_that_is_written_late_over_the_end_of_a_shard_does_no_harm() {
        ShardLog parent = first("p");
        parent.append(records(1, 10));
        byte[] open = objects.get(tip("p")).orElseThrow().content();
        parent.ended(List.of("c"));
        open("c", Optional.of("p"), Optional.empty(), true, 11).append(records(11, 20));
        // Whoever lost the shard writes its tip late.
        objects.put(tip("p"), open, Options.REPLACE);
        assertThat(log().check(NOON, second(19)).whole()).isTrue();
        assertThat(log().latest()).contains(second(19));
    }

    @Test
    void an_old_tip_that_is_written_late_over_the_end_of_a_shard_is_no_gap_for_a_child_that_begins_then() {
        ShardLog lost = first("p");
        lost.append(records(1, 10));
        ShardLog parent = open("p", Optional.empty(), Optional.of(sequence(10)), false, 11);
        parent.append(records(11, 20));
        parent.ended(List.of("c"));
        // Whoever lost the shard was told before that there is nothing new, and comes to write it now.
        lost.nothingNew(second(21));
        lost.nothingNew(second(21));
        lost.nothingNew(second(21));
        open("c", Optional.of("p"), Optional.empty(), true, 21).append(records(21, 30));
        assertThat(log().check(NOON, second(29)).text()).startsWith("whole");
        assertThat(at(29, backup(0, 0)).values()).containsExactlyInAnyOrder(version(27), version(28), version(29));
    }

    @Test
    void a_lost_writers_file_is_part_of_the_log_though_an_old_tip_does_not_reach_it() {
        ShardLog lost = first("s");
        first("s").append(records(1, 3));
        byte[] old = objects.get(tip("s")).orElseThrow().content();
        lost.append(records(1, 6));
        open("s", Optional.empty(), Optional.of(sequence(3)), false, 7).append(records(4, 9));
        objects.put(tip("s"), old, Options.REPLACE);

        open("s", Optional.empty(), Optional.of(sequence(9)), false, 10).append(records(10, 12));
        assertThat(said).isEmpty();
        assertThat(log().check(NOON, second(11)).text()).startsWith("whole");
    }

    @Test
    void a_parent_that_was_not_read_to_its_end_is_a_gap() {
        first("p").append(records(1, 10));
        open("c", Optional.of("p"), Optional.empty(), true, 11).append(records(11, 20));
        assertThat(log().check(NOON, second(19)).text()).contains("shard c");
        assertThat(log().earliest()).contains(second(12));
    }

    private BackupCheck.Result checked() {
        Source all = ChangeLog.openFolder(objects, ObjectRef.parse("s3://bucket/backup/lockstep-changes/orders"), calls)
                .everything();
        return BackupCheck.run(all, Optional.empty(), new ReadSettings(2, folder), Progress.NONE);
    }

    @Test
    void a_check_proves_all_files_and_names_gaps_and_damage() {
        ShardLog shard = first("s");
        shard.append(records(1, 5));
        shard.append(records(6, 9));
        shard.append(records(10, 12));
        assertThat(checked().faults()).isEmpty();
        assertThat(checked().items()).isEqualTo(12);

        String last = files("s").get(2);
        byte[] bad = objects.get(last).orElseThrow().content().clone();
        bad[bad.length / 2] ^= 1;
        objects.put(last, bad, Options.REPLACE);
        objects.delete(files("s").get(1));
        assertThat(checked().faults())
                .extracting(DamagedException::getMessage)
                .hasSize(2)
                .anyMatch(fault -> fault.contains("gap") && fault.contains(sequence(5)))
                .anyMatch(fault -> fault.contains(last));
    }

    @Test
    void each_version_of_an_item_is_told_with_its_time() {
        ShardLog shard = first("s");
        shard.append(records(1, 5));
        shard.append(List.of(TestRecords.expiry(6, key("k1"))));
        shard.append(records(7, 7));
        assertThat(log().history(key("k1")))
                .extracting(ItemVersion::at, v -> v.item().orElse(null), ItemVersion::expired)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(second(1), version(1), false),
                        org.assertj.core.groups.Tuple.tuple(second(4), version(4), false),
                        org.assertj.core.groups.Tuple.tuple(second(6), null, true),
                        org.assertj.core.groups.Tuple.tuple(second(7), version(7), false));
    }
}
