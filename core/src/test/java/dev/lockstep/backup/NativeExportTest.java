package dev.lockstep.backup;

import static dev.lockstep.backup.TestLines.changed;
import static dev.lockstep.backup.TestLines.ion;
import static dev.lockstep.backup.TestLines.ionChanged;
import static dev.lockstep.backup.TestLines.wrapped;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.objects.Digest;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeExportTest {
    private static final Item A = item("a", "v", n("1"));
    private static final Item B = item("b", "v", n("2"));
    private static final Item C = item("c", "v", n("3"));

    @TempDir
    Path temporary;

    private TestBucket bucket;

    @BeforeEach
    void open() {
        bucket = new TestBucket(temporary);
    }

    @AfterEach
    void close() {
        bucket.close();
    }

    private TestExport export() {
        return new TestExport(bucket, "01234567890123-a1b2c3d4");
    }

    private TestExport three() {
        return export().file(wrapped(A), wrapped(B)).file().file(wrapped(C)).done();
    }

    /** What a restore would write. */
    private Map<String, Item> merged(String key) {
        Map<String, Item> items = new ConcurrentHashMap<>();
        ReadSettings settings = new ReadSettings(2, temporary);
        try (Merged merged = Merged.prove(bucket.open(key).source(), BY_STRING, k -> true, settings, Progress.NONE)) {
            merged.each(() -> new Merged.Taker() {
                @Override
                public void take(Key k, @Nullable Item item) {
                    if (item != null) {
                        items.put(k.attributes().get("id").s(), item);
                    }
                }

                @Override
                public void end() {}
            });
        }
        return items;
    }

    @Test
    void a_full_export_is_read_wherever_one_points() {
        String folder = three().folder();
        for (String place : List.of(folder, folder + "/manifest-summary.json", "2020-Nov", "2020-Nov/AWSDynamoDB")) {
            assertThat(bucket.items(place)).as(place).containsExactlyInAnyOrder(A, B, C);
        }
        assertThat(bucket.faults("2020-Nov")).isEmpty();
        assertThat(bucket.open(folder).source().format()).isEqualTo("a full export to S3 (DYNAMODB_JSON)");
    }

    @Test
    void keys_in_the_manifest_may_lack_the_prefix() {
        export().prefix("a/b", false).file(wrapped(A)).done();
        assertThat(bucket.items("a/b")).containsExactly(A);
    }

    @Test
    void an_export_may_lie_in_the_bucket_itself() {
        export().prefix("", true).file(wrapped(A)).done();
        assertThat(bucket.items("")).containsExactly(A);
    }

    @ParameterizedTest
    @ValueSource(strings = {"elsewhere/AWSDynamoDB/01234567890123-a1b2c3d4", "mine"})
    void an_export_that_was_copied_elsewhere_is_read_there(String to) {
        String from = three().folder();
        Map<String, String> all = bucket.objects.texts();
        all.keySet().stream().filter(key -> key.startsWith(from)).forEach(key -> {
            bucket.put(to + key.substring(from.length()), bucket.get(key));
            bucket.objects.delete(key);
        });
        assertThat(bucket.items(to)).containsExactlyInAnyOrder(A, B, C);
        assertThat(bucket.faults(to)).isEmpty();
    }

    @Test
    void ion_is_read() {
        export().ion().file(ion(A), ion(B)).done();
        assertThat(bucket.items("2020-Nov")).containsExactly(A, B);
    }

    @Test
    void each_damage_names_its_file() {
        TestExport export = three();
        bucket.flip(export.file(0), 4);
        assertThat(bucket.faults(export.folder()))
                .containsExactly(export.file(0) + ": its MD5 is not the one that its manifest tells: it was changed");
        bucket.truncate(export.file(2), 3);
        assertThat(bucket.faults(export.folder()))
                .hasSize(2)
                .anyMatch(fault -> fault.startsWith(export.file(2) + ": it ends early, in the middle of its gzip"));
    }

    @Test
    void a_file_that_is_missing_and_one_that_is_too_many_are_named() {
        TestExport export = three();
        bucket.objects.delete(export.file(0));
        bucket.put(export.folder() + "/data/more.json.gz", TestBucket.gzip(wrapped(A)));
        assertThat(bucket.faults(export.folder()))
                .containsExactly(
                        export.folder() + "/data/more.json.gz: it is not of this export: no manifest names it",
                        export.file(0) + ": it is missing");
        assertThatThrownBy(() -> merged(export.folder())).isInstanceOf(DamagedException.class);
    }

    @Test
    void counts_must_fit_in_the_file_in_the_manifest_and_in_the_summary() {
        TestExport export =
                export().file(wrapped(A), wrapped(B)).file(wrapped(C)).done();
        String files = export.folder() + "/manifest-files.json";
        bucket.objects.delete(export.folder() + "/manifest-files.md5");
        bucket.replace(files, "\"itemCount\":2", "\"itemCount\":3");
        assertThat(bucket.faults(export.folder()))
                .containsExactlyInAnyOrder(
                        export.folder() + "/manifest-summary.json: it tells 3 items, manifest-files.json tells 4",
                        export.file(0) + ": it holds 2 items, its manifest tells 3");
        bucket.replace(files, "\"itemCount\":3", "\"itemCount\":1");
        assertThat(bucket.faults(export.folder()))
                .contains(export.file(0) + ": it holds more than the 1 items that its manifest tells");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2020-Nov/AWSDynamoDB/01234567890123-a1b2c3d4/data/../../../secret",
                "AWSDynamoDB/01234567890123-a1b2c3d4/data/..",
                "../secret",
                "/etc/passwd",
                "secret",
                "2020-Nov/secret",
                "2020-Nov/AWSDynamoDB/another-export/data/x.json.gz",
                "AWSDynamoDB/01234567890123-a1b2c3d4/data//x",
                "AWSDynamoDB/01234567890123-a1b2c3d4/manifest-summary.json",
            })
    void a_key_that_leads_out_of_the_export_is_never_read(String key) {
        byte[] secret = bucket.put("secret", TestBucket.gzip(wrapped(A)));
        TestExport export =
                export().named(key, 1, TestBucket.md5(secret)).file(wrapped(B)).done();
        assertThat(bucket.faults(export.folder()))
                .anyMatch(fault -> fault.startsWith(export.folder() + "/manifest-files.json: a 'dataFileS3Key' ")
                        && fault.endsWith("(line 1)"));
        assertThat(TestBucket.states(bucket.open(export.folder()).source()))
                .extracting(ItemState::image)
                .containsExactly(B);
    }

    @Test
    void changed_manifests_are_found_by_the_hashes_beside_them() {
        TestExport export = three();
        bucket.replace(export.folder() + "/manifest-summary.json", "AES256", "AES257");
        bucket.replace(export.folder() + "/manifest-files.json", "f763", "f764");
        assertThat(bucket.faults(export.folder()))
                .hasSize(2)
                .allMatch(fault -> fault.contains("it does not have the hash that manifest-"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "{\"version\":\"2031-01-01\"}"})
    void a_summary_that_is_none_is_a_fault(String summary) {
        TestExport export = three();
        bucket.put(export.folder() + "/manifest-summary.json", summary);
        assertThat(bucket.faults("2020-Nov")).hasSize(1).allMatch(f -> f.contains("manifest-summary.json: "));
        assertThat(bucket.faults(export.folder())).hasSize(1).allMatch(f -> f.contains("manifest-summary.json: "));
    }

    @Test
    void lines_of_the_manifest_that_are_damaged_are_named_and_the_others_read() {
        TestExport export = three();
        bucket.replace(export.folder() + "/manifest-files.json", "{\"itemCount\":0", "{\"itemCount\":-1");
        assertThat(bucket.faults(export.folder()))
                .anyMatch(f -> f.contains("manifest-files.json: it has no number 'itemCount' (line 2)"));
        assertThat(bucket.check(export.folder()).items()).isEqualTo(3);
    }

    @Test
    void a_bomb_of_items_ends_at_the_count_that_the_manifest_tells() {
        String[] many = new String[200_000];
        java.util.Arrays.fill(many, wrapped(A));
        byte[] content = TestBucket.gzip(many);
        TestExport export =
                export().named("AWSDynamoDB/01234567890123-a1b2c3d4/data/x.json.gz", 7, TestBucket.md5(content));
        bucket.put(export.folder() + "/data/x.json.gz", content);
        export.done();
        BackupCheck.Result result = bucket.check(export.folder());
        assertThat(result.items()).isEqualTo(7);
        assertThat(result.faults())
                .extracting(DamagedException::problem)
                .contains("it holds more than the 7 items that its manifest tells");
    }

    @Test
    void where_no_hash_is_told_the_etag_must_fit_and_the_last_line_end() {
        TestExport export = export();
        String key = export.folder() + "/data/x.json.gz";
        byte[] content = bucket.put(key, TestBucket.gzip(wrapped(A)));
        export.named("AWSDynamoDB/01234567890123-a1b2c3d4/data/x.json.gz", 1, "")
                .done();
        assertThat(bucket.faults(export.folder()))
                .contains(key + ": its ETag is not the one that its manifest tells: it was replaced");
        bucket.replace(
                export.folder() + "/manifest-files.json",
                "f76311a5aee7cb4a2a7bbd2c23f2ee5b-1",
                Digest.MD5.hexOf(content));
        assertThat(bucket.faults(export.folder())).noneMatch(fault -> fault.startsWith(key));
        byte[] open = bucket.put(key, TestBucket.gzip(wrapped(A).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        bucket.replace(export.folder() + "/manifest-files.json", Digest.MD5.hexOf(content), Digest.MD5.hexOf(open));
        assertThat(bucket.faults(export.folder()))
                .contains(key + ": its last line has no end: it was cut off (line 1)");
    }

    @Test
    void incremental_exports_that_follow_bring_the_items_to_their_end() {
        export().at("2020-11-04T07:00:00Z").file(wrapped(A), wrapped(B)).done();
        new TestExport(bucket, "02-x")
                .window("2020-11-04T07:00:00Z", "2020-11-04T08:00:00Z")
                .file(changed(1, item("a"), item("a", "v", n("9")), A), changed(2, item("b"), null, B))
                .done();
        new TestExport(bucket, "03-x")
                .window("2020-11-04T07:45:00Z", "2020-11-04T09:00:00Z")
                .file(changed(3, item("c"), C, null))
                .file()
                .done();
        assertThat(bucket.faults("2020-Nov")).isEmpty();
        assertThat(merged("2020-Nov")).isEqualTo(Map.of("a", item("a", "v", n("9")), "c", C));
        assertThat(merged("2020-Nov/AWSDynamoDB/02-x")).isEqualTo(Map.of("a", item("a", "v", n("9"))));
        assertThat(merged("2020-Nov/AWSDynamoDB/01234567890123-a1b2c3d4")).isEqualTo(Map.of("a", A, "b", B));
        assertThat(bucket.open("2020-Nov").notes()).hasSize(1).allMatch(note -> note.contains("of 3 exports"));
    }

    @Test
    void incremental_ion_is_read() {
        export().ion().at("2020-11-04T07:00:00Z").file(ion(A), ion(B)).done();
        new TestExport(bucket, "02-x")
                .ion()
                .window("2020-11-04T07:00:00Z", "2020-11-04T08:00:00Z")
                .file(ionChanged(1, item("a"), null), ionChanged(2, item("c"), C))
                .done();
        assertThat(merged("2020-Nov")).isEqualTo(Map.of("b", B, "c", C));
    }

    @Test
    void a_gap_between_exports_is_named() {
        export().at("2020-11-04T07:00:00Z").file(wrapped(A)).done();
        new TestExport(bucket, "02-x")
                .window("2020-11-04T07:30:00Z", "2020-11-04T08:00:00Z")
                .file(changed(1, item("b"), B, null))
                .done();
        assertThat(bucket.faults("2020-Nov"))
                .containsExactly("2020-Nov/AWSDynamoDB/02-x/manifest-summary.json: nothing tells of the time from"
                        + " 2020-11-04T07:00:00Z to 2020-11-04T07:30:00Z: an incremental export is missing");
        assertThatThrownBy(() -> merged("2020-Nov")).isInstanceOf(DamagedException.class);
    }

    @Test
    void an_incremental_export_alone_is_a_fault() {
        TestExport alone = new TestExport(bucket, "02-x")
                .window("2020-11-04T07:00:00Z", "2020-11-04T08:00:00Z")
                .file(changed(1, item("b"), B, null))
                .done();
        assertThat(bucket.faults(alone.folder())).hasSize(1).allMatch(f -> f.contains("no full one before it"));
    }

    @Test
    void a_file_of_an_incremental_export_that_is_missing_is_named() {
        export().at("2020-11-04T07:00:00Z").file(wrapped(A)).done();
        TestExport next = new TestExport(bucket, "02-x")
                .window("2020-11-04T07:00:00Z", "2020-11-04T08:00:00Z")
                .file(changed(1, item("b"), B, null))
                .done();
        bucket.objects.delete(next.file(0));
        assertThat(bucket.faults("2020-Nov")).containsExactly(next.file(0) + ": it is missing");
    }

    @Test
    void of_several_full_exports_the_newest_is_taken_and_an_unfinished_one_passed_over() {
        new TestExport(bucket, "01-old")
                .at("2020-11-03T07:00:00Z")
                .file(wrapped(A))
                .done();
        new TestExport(bucket, "02-new")
                .at("2020-11-05T07:00:00Z")
                .file(wrapped(B))
                .done();
        bucket.put("2020-Nov/AWSDynamoDB/03-going/_started", "");
        assertThat(bucket.items("2020-Nov")).containsExactly(B);
        assertThat(bucket.open("2020-Nov").notes())
                .hasSize(2)
                .anyMatch(note -> note.contains("03-going has not finished"))
                .anyMatch(note -> note.contains("02-new") && !note.contains("01-old"));
        assertThat(bucket.faults("2020-Nov/AWSDynamoDB/03-going"))
                .hasSize(1)
                .allMatch(f -> f.contains("has not finished"));
    }

    @Test
    void exports_of_several_tables_are_not_chosen_from() {
        three();
        new TestExport(bucket, "02-x")
                .of(TestExport.TABLE + "2", "other")
                .file(wrapped(A))
                .done();
        assertThatThrownBy(() -> bucket.open("2020-Nov"))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("several tables")
                .hasMessageContaining("02-x of " + TestExport.TABLE + "2");
    }

    @Test
    void a_table_that_was_made_anew_is_another() {
        export().at("2020-11-04T07:00:00Z").file(wrapped(A)).done();
        new TestExport(bucket, "02-x")
                .of(TestExport.TABLE, "made-anew")
                .window("2020-11-04T07:00:00Z", "2020-11-04T08:00:00Z")
                .file(changed(1, item("b"), B, null))
                .done();
        assertThatThrownBy(() -> bucket.open("2020-Nov")).hasMessageContaining("several tables");
    }

    @Test
    void an_export_of_a_part_of_the_table_says_so() {
        TestExport export = three();
        bucket.replace(export.folder() + "/manifest-summary.json", "{", "{\"filterSpecification\":1,");
        assertThat(bucket.open(export.folder()).source().format()).endsWith("of a part of the table");
    }

    @Test
    void the_same_item_twice_is_found_in_one_file_or_two() {
        TestExport export =
                export().file(wrapped(A), wrapped(B)).file(wrapped(A)).done();
        assertThat(bucket.faults(export.folder()))
                .hasSize(1)
                .allMatch(f -> f.endsWith("an item that is there already"));
        TestExport other = new TestExport(bucket, "02-x")
                .file(wrapped(A), wrapped(item("a", "v", n("5"))), wrapped(B))
                .done();
        assertThat(bucket.faults(other.folder())).isEmpty();
        assertThat(bucket.faults(other.folder(), BY_STRING))
                .containsExactly(other.file(0) + ": it holds an item that is there already");
    }

    @Test
    void where_there_is_nothing_one_is_told_what_was_looked_for() {
        bucket.put("some/where/else.txt.d/x", "x");
        assertThatThrownBy(() -> bucket.open("nowhere"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("there is nothing")
                .hasMessageContaining("Looked for: ");
        assertThatThrownBy(() -> bucket.open("some"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("there is a folder s3://bucket/some/where");
    }
}
