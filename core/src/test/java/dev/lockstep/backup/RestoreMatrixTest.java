package dev.lockstep.backup;

import static dev.lockstep.backup.TestLines.changed;
import static dev.lockstep.backup.TestLines.ionChanged;
import static dev.lockstep.backup.TestLines.wrapped;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.folder.ItemFolderJson;
import dev.lockstep.folder.ItemFolderName;
import dev.lockstep.progress.Progress;
import dev.lockstep.restore.Restore;
import dev.lockstep.restore.RestoreSettings;
import dev.lockstep.table.Item;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RandomItems;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.TestItems;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Every form that other tools write: into an empty table and into one in use, exactly; and nothing of it when damaged. */
class RestoreMatrixTest {
    private static final List<Item> ITEMS = items();

    @TempDir
    Path temporary;

    private TestBucket bucket;

    private static List<Item> items() {
        RandomItems random = new RandomItems(11);
        return IntStream.range(0, 60).mapToObj(i -> random.item("k" + i)).toList();
    }

    @BeforeEach
    void open() {
        bucket = new TestBucket(temporary);
    }

    @AfterEach
    void close() {
        bucket.close();
    }

    private static String[] lines(Stream<Item> items, Function<Item, String> form) {
        return items.map(form).toArray(String[]::new);
    }

    private static String[] lines(Function<Item, String> form) {
        return lines(ITEMS.stream(), form);
    }

    private void restore(String key, MemoryTable table, boolean makeEqual) {
        RestoreSettings settings = new RestoreSettings(
                Set.of(), false, makeEqual, false, Optional.empty(), 4, temporary, RetryPolicy.DEFAULT);
        Source source = bucket.open(key, BY_STRING).source();
        try (Restore restore = Restore.prove(source, BY_STRING, settings, Progress.NONE)) {
            restore.into(table);
        }
    }

    /** @param damaged the object that is then changed in one byte */
    private void assertRestores(String key, String damaged) {
        MemoryTable empty = new MemoryTable("empty", BY_STRING);
        restore(key, empty, false);
        assertThat(empty.items()).containsExactlyInAnyOrderElementsOf(ITEMS);

        MemoryTable inUse = new MemoryTable("used", BY_STRING);
        ITEMS.stream().skip(20).forEach(inUse::put);
        inUse.put(item("k1", "v", n("9"))).put(item("extra", "v", n("9")));
        restore(key, inUse, true);
        assertThat(inUse.items()).containsExactlyInAnyOrderElementsOf(ITEMS);

        byte[] whole = bucket.get(damaged);
        bucket.put(damaged, TestBucket.flipped(whole, whole.length / 2));
        MemoryTable none = new MemoryTable("none", BY_STRING);
        assertThatThrownBy(() -> restore(key, none, false)).isInstanceOf(DamagedException.class);
        assertThat(none.items()).isEmpty();
    }

    @Test
    void a_full_export_in_json() {
        TestExport export = new TestExport(bucket, "01-x")
                .file(lines(ITEMS.stream().limit(25), TestLines::wrapped))
                .file(lines(ITEMS.stream().skip(25), TestLines::wrapped))
                .file()
                .done();
        assertRestores("2020-Nov", export.file(1));
    }

    @Test
    void a_full_export_in_ion() {
        TestExport export =
                new TestExport(bucket, "01-x").ion().file(lines(TestLines::ion)).done();
        assertRestores("2020-Nov", export.file(0));
    }

    @Test
    void a_full_export_and_what_changed_since() {
        Item gone = item("gone", "v", n("1"));
        new TestExport(bucket, "01-x")
                .file(wrapped(gone), wrapped(item("k0", "v", n("7"))))
                .file(lines(ITEMS.stream().skip(1).limit(30), TestLines::wrapped))
                .done();
        TestExport later = new TestExport(bucket, "02-x")
                .window("2020-11-04T07:00:00Z", "2020-11-04T08:00:00Z")
                .file(Stream.concat(
                                Stream.of(
                                        changed(1, item("gone"), null, gone),
                                        changed(2, item("k0"), ITEMS.get(0), null)),
                                ITEMS.stream().skip(31).map(i -> changed(3, item(id(i)), i, null)))
                        .toArray(String[]::new))
                .done();
        assertRestores("2020-Nov", later.file(0));
    }

    @Test
    void a_full_export_in_ion_and_what_changed_since() {
        new TestExport(bucket, "01-x")
                .ion()
                .file(lines(ITEMS.stream().limit(30), TestLines::ion))
                .done();
        TestExport later = new TestExport(bucket, "02-x")
                .ion()
                .window("2020-11-04T07:00:00Z", "2020-11-04T08:00:00Z")
                .file(lines(ITEMS.stream().skip(30), i -> ionChanged(3, item(id(i)), i)))
                .done();
        assertRestores("2020-Nov", later.file(0));
    }

    @Test
    void an_export_of_a_part_of_the_table_does_not_delete_the_rest() {
        new TestExport(bucket, "01-x")
                .filtered()
                .file(lines(TestLines::wrapped))
                .done();
        MemoryTable inUse = new MemoryTable("used", BY_STRING).put(item("extra", "v", n("9")));
        assertThatThrownBy(() -> restore("2020-Nov", inUse, true))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("a part of its table")
                .hasMessageContaining("--overwrite");
        assertThat(inUse.items()).containsExactly(item("extra", "v", n("9")));
        MemoryTable empty = new MemoryTable("empty", BY_STRING);
        restore("2020-Nov", empty, false);
        assertThat(empty.items()).containsExactlyInAnyOrderElementsOf(ITEMS);
    }

    @Test
    void items_whose_keys_dynamodb_would_never_take_are_found_before_anything_is_written() {
        KeySchema both = new KeySchema(
                new KeyAttribute("id", ScalarAttributeType.S),
                Optional.of(new KeyAttribute("at", ScalarAttributeType.B)));
        Function<Integer, SdkBytes> bytes = size -> SdkBytes.fromByteArray(new byte[size]);
        assertKey(both, "é".repeat(1_024), bytes.apply(1_024), "");
        assertKey(both, "é".repeat(1_024) + "x", bytes.apply(1), "the partition key id has 2,049 bytes");
        assertKey(both, "x", bytes.apply(1_025), "the sort key at has 1,025 bytes");
        assertKey(both, "", bytes.apply(1), "the partition key id has 0 bytes");
        assertKey(both, "x", bytes.apply(0), "the sort key at has 0 bytes");
    }

    private void assertKey(KeySchema keys, String id, SdkBytes at, String problem) {
        Item item = Item.of(Map.of("id", AttributeValue.fromS(id), "at", AttributeValue.fromB(at)));
        bucket.put("snapshot", TestBucket.gzip(TestLines.bare(item)));
        Source source = bucket.open("snapshot", keys).source();
        BackupCheck.Result checked =
                BackupCheck.run(source, Optional.of(keys), new ReadSettings(2, temporary), Progress.NONE);
        assertThat(checked.faults()).hasSize(problem.isEmpty() ? 0 : 1);
        if (!problem.isEmpty()) {
            assertThat(checked.faults().get(0)).hasMessageContaining(problem);
            assertThatThrownBy(
                            () -> Merged.prove(source, keys, key -> true, new ReadSettings(2, temporary), Progress.NONE)
                                    .close())
                    .isInstanceOf(DamagedException.class)
                    .hasMessageContaining(problem);
        }
    }

    private static String id(Item item) {
        return item.attributes().get("id").s();
    }

    @Test
    void a_backup_and_a_snapshot_of_dynamodb_replicator() {
        bucket.put("p/job/0", TestBucket.gzip(lines(ITEMS.stream().limit(40), TestLines::bare)));
        bucket.put("p/job/1", TestBucket.gzip(lines(ITEMS.stream().skip(40), TestLines::bare)));
        assertRestores("p/job", "p/job/1");
        bucket.put("snapshot", TestBucket.gzip(lines(TestLines::bare)));
        assertRestores("snapshot", "snapshot");
    }

    @Test
    void a_folder_of_items_with_names_of_all_its_writers() {
        for (int i = 0; i < ITEMS.size(); i++) {
            List<String> names = ItemFolderName.all(TestItems.put(ITEMS.get(i)).key());
            bucket.put(
                    "folder/" + names.get(i % names.size()),
                    ItemFolderJson.bytes(ITEMS.get(i).attributes()));
        }
        String some = ItemFolderName.all(TestItems.put(ITEMS.get(0)).key()).get(0);
        assertRestores("folder", "folder/" + some);
    }

    @Test
    void a_file_of_dyno_export() {
        String table =
                "{\"TableName\":\"t\",\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],"
                        + "\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}]}";
        bucket.put(
                "dyno",
                TestBucket.gzip(Stream.concat(Stream.of(table), ITEMS.stream().map(TestLines::bare))
                        .toArray(String[]::new)));
        assertRestores("dyno", "dyno");
    }

    @Test
    void an_export_of_data_pipeline() {
        bucket.put("dp/f1", TestBucket.gzip(lines(TestLines::lowerCase)));
        bucket.put(
                "dp/manifest",
                "{\"name\":\"DynamoDB-export\",\"version\":3,\n\"entries\": [{\"url\":\"s3://bucket/dp/f1\",\"mandatory\":true}]}");
        assertRestores("dp", "dp/f1");
    }
}
