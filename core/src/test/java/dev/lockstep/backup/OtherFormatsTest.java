package dev.lockstep.backup;

import static dev.lockstep.backup.TestLines.bare;
import static dev.lockstep.backup.TestLines.lowerCase;
import static dev.lockstep.backup.TestLines.wrapped;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.s;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.table.Item;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of mapbox's tools, of Data Pipeline, and single files. */
class OtherFormatsTest {
    private static final Item A = item("a", "v", n("1"));
    private static final Item B = item("b", "v", n("2"));

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

    @Test
    void a_backup_of_mapbox_is_read_in_all_its_segments() {
        for (int i = 0; i < 12; i++) {
            bucket.put("p/job/" + i, TestBucket.gzip(bare(item("k" + i))));
        }
        assertThat(bucket.items("p/job")).hasSize(12);
        assertThat(bucket.faults("p/job")).isEmpty();
        assertThat(bucket.open("p/job").notes()).hasSize(1);
        assertThat(bucket.items("p/job/3")).containsExactly(item("k3"));
    }

    @Test
    void a_last_line_without_an_end_is_read_and_a_torn_one_is_damage() {
        bucket.put("p/job/0", TestBucket.gzip((bare(A) + "\n" + bare(B)).getBytes(UTF_8)));
        assertThat(bucket.items("p/job")).containsExactly(A, B);
        bucket.put("p/job/0", TestBucket.gzip((bare(A) + "\n{\"id\":{\"S\"").getBytes(UTF_8)));
        assertThat(bucket.faults("p/job"))
                .hasSize(1)
                .allMatch(f -> f.startsWith("p/job/0: not JSON") && f.endsWith("(line 2)"));
    }

    @Test
    void a_segment_that_is_missing_and_an_object_too_many_are_named() {
        bucket.put("p/job/0", TestBucket.gzip(bare(A)));
        bucket.put("p/job/2", TestBucket.gzip(bare(B)));
        bucket.put("p/job/02", TestBucket.gzip(bare(B)));
        assertThat(bucket.faults("p/job"))
                .contains(
                        "p/job/1: it is missing",
                        "p/job/02: it is not of this backup, whose files are called 0, 1, 2…");
    }

    @Test
    void a_bomb_in_a_backup_without_a_manifest_is_refused() {
        bucket.put("p/job/0", BackupLinesTest.BOMB);
        bucket.put("p/job/1", TestBucket.gzip(bare(A)));
        BackupCheck.Result result = bucket.check("p/job");
        assertThat(result.items()).isEqualTo(1);
        assertThat(result.faults()).hasSize(1).allMatch(f -> f.subject().endsWith("p/job/0"));
    }

    @Test
    void a_single_file_is_read_in_every_form() {
        bucket.put("bare.gz", TestBucket.gzip(bare(A), bare(B)));
        bucket.put("bare", TestBucket.text(bare(A), bare(B)));
        bucket.put("wrapped", TestBucket.text(wrapped(A), wrapped(B)));
        bucket.put("lower", TestBucket.text(lowerCase(A), lowerCase(B)));
        bucket.put("ion", TestBucket.gzip(TestLines.ion(A), TestLines.ion(B)));
        for (String key : new String[] {"bare.gz", "bare", "wrapped", "lower", "ion"}) {
            assertThat(bucket.items(key)).as(key).containsExactly(A, B);
            assertThat(bucket.faults(key)).isEmpty();
        }
    }

    @Test
    void an_attribute_of_the_name_item_does_not_confuse() {
        Item odd = dev.lockstep.table.Item.of(Map.of("Item", s("x")));
        bucket.put("odd", TestBucket.text(bare(odd)));
        assertThat(bucket.items("odd")).containsExactly(odd);
    }

    @Test
    void an_empty_file_has_no_items_and_garbage_is_a_fault() {
        bucket.put("empty", "");
        bucket.put("garbage", "what is this?");
        assertThat(bucket.items("empty")).isEmpty();
        assertThat(bucket.faults("garbage")).hasSize(1).allMatch(f -> f.startsWith("garbage: not JSON"));
    }

    @Test
    void a_file_of_an_incremental_export_is_not_taken_for_items() {
        bucket.put("x", TestBucket.text(TestLines.changed(1, item("a"), A, null)));
        assertThatThrownBy(() -> bucket.open("x")).hasMessageContaining("name the export");
    }

    @Test
    void dyno_export_tells_the_table_in_its_first_line() {
        String table =
                "{\"TableName\":\"t\",\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],"
                        + "\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],"
                        + "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":1,\"WriteCapacityUnits\":1}}";
        bucket.put("plain", TestBucket.text(table, bare(A), bare(B)));
        bucket.put("packed", TestBucket.gzip("{\"Table\":" + table + "}", bare(A), bare(B)));
        for (String key : new String[] {"plain", "packed"}) {
            assertThat(bucket.items(key)).containsExactly(A, B);
            assertThat(bucket.open(key).keys()).contains(dev.lockstep.table.TestItems.BY_STRING);
        }
        bucket.put("twice", TestBucket.text(table, bare(A), bare(item("a"))));
        assertThat(bucket.faults("twice")).containsExactly("twice: it holds an item that is there already");
    }

    private void pipeline(String... names) {
        StringBuilder entries = new StringBuilder();
        for (String name : names) {
            entries.append(entries.isEmpty() ? "" : ",")
                    .append("{\"url\":\"s3://old-bucket/dir/" + name + "\",\"mandatory\":true}");
        }
        bucket.put("dp/manifest", "{\"name\":\"DynamoDB-export\",\"version\":3,\n\"entries\": [" + entries + "]}");
        bucket.put("dp/_SUCCESS", "");
    }

    @Test
    void an_export_of_data_pipeline_is_read_beside_its_manifest() {
        pipeline("f1", "f2");
        bucket.put("dp/f1", TestBucket.text(lowerCase(A)));
        bucket.put("dp/f2", TestBucket.gzip(lowerCase(B)));
        assertThat(bucket.items("dp")).containsExactly(A, B);
        bucket.objects.delete("dp/f2");
        bucket.put("dp/f3", TestBucket.text(lowerCase(B)));
        assertThat(bucket.faults("dp"))
                .containsExactly(
                        "dp/f3: it is not of this export: its manifest does not name it", "dp/f2: it is missing");
    }

    @Test
    void a_manifest_of_data_pipeline_that_leads_elsewhere_is_refused() {
        pipeline("..");
        assertThat(bucket.faults("dp")).containsExactly("dp/manifest: an entry whose URL leads nowhere");
        pipeline("x/../../y");
        assertThat(bucket.faults("dp")).containsExactly("dp/manifest: an entry whose URL leads nowhere");
    }
}
