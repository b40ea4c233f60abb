package dev.lockstep.backup;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.objects.ObjectRef;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RandomItems;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What our own full backup writes, read back and damaged. */
class OwnBackupTest {
    private static final String FOLDER = "backups/AWSDynamoDB/job/";

    @TempDir
    Path temporary;

    private TestBucket bucket;
    private List<Item> items;

    @BeforeEach
    void backUp() {
        bucket = new TestBucket(temporary);
        MemoryTable table = new MemoryTable("orders", BY_STRING);
        RandomItems random = new RandomItems(3);
        items = IntStream.range(0, 200).mapToObj(i -> random.item("i" + i)).toList();
        items.forEach(table::put);
        new FullBackup(
                        table,
                        Backups.document(BY_STRING),
                        bucket.objects,
                        ObjectRef.parse("s3://bucket/backups"),
                        BackupSettings.of("job"),
                        Progress.NONE)
                .run();
    }

    @AfterEach
    void close() {
        bucket.close();
    }

    private String anyFile() {
        return bucket.objects.list(FOLDER + "data/").findFirst().orElseThrow().key();
    }

    @Test
    void it_comes_back_exactly_with_its_key_and_its_table() {
        assertThat(bucket.items("backups")).containsExactlyInAnyOrderElementsOf(items);
        Sources.Opened opened = bucket.open("backups/AWSDynamoDB/job");
        assertThat(opened.keys()).contains(BY_STRING);
        assertThat(opened.source().table()).isPresent();
        assertThat(opened.source().format()).isEqualTo("a full backup (DYNAMODB_JSON)");
        BackupCheck.Result result = bucket.check("backups");
        assertThat(result.faults()).isEmpty();
        assertThat(result.items()).isEqualTo(200);
    }

    @Test
    void every_file_of_it_that_is_changed_is_named() {
        List<String> keys =
                bucket.objects.list(FOLDER).map(entry -> entry.key()).toList();
        for (String key : keys) {
            byte[] whole = bucket.get(key);
            boolean counts = whole.length > 0 && !key.contains("/segments/") && !key.endsWith("lockstep-job.json");
            if (counts) {
                bucket.flip(key, whole.length / 2);
                assertThat(bucket.faults("backups")).as(key).isNotEmpty();
                bucket.put(key, whole);
            }
        }
        assertThat(bucket.faults("backups")).isEmpty();
    }

    @Test
    void a_file_that_is_shorter_larger_missing_or_too_many_is_named() {
        String file = anyFile();
        byte[] whole = bucket.get(file);
        bucket.truncate(file, 1);
        assertThat(bucket.faults("backups")).anyMatch(fault -> fault.startsWith(file + ": "));
        bucket.objects.delete(file);
        assertThat(bucket.faults("backups")).containsExactly(file + ": it is missing");
        bucket.put(file, whole);
        bucket.put(FOLDER + "data/more.json.gz", whole);
        assertThat(bucket.faults("backups"))
                .containsExactly(FOLDER + "data/more.json.gz: it is not of this export: no manifest names it");
    }

    @Test
    void a_file_that_was_replaced_with_its_md5_in_the_manifest_is_found_by_our_own() {
        String file = anyFile();
        byte[] other = TestBucket.gzip(TestLines.wrapped(item("i0", "v", n("1"))));
        String before = TestBucket.md5(bucket.get(file));
        bucket.put(file, other);
        bucket.replace(FOLDER + "manifest-files.json", before, TestBucket.md5(other));
        bucket.objects.delete(FOLDER + "manifest-files.md5");
        assertThat(bucket.faults("backups"))
                .anyMatch(fault -> fault.startsWith(FOLDER + "manifest-files.json: it does not have the SHA-256"))
                .anyMatch(fault -> fault.startsWith(file + ": "));
    }

    @Test
    void without_its_manifest_there_is_no_backup() {
        bucket.objects.delete(FOLDER + "lockstep-manifest.json");
        assertThat(bucket.faults("backups/AWSDynamoDB/job"))
                .containsExactly(FOLDER + "lockstep-manifest.json: it is missing: the backup has not finished");
        assertThat(bucket.faults("backups")).hasSize(1);
    }
}
