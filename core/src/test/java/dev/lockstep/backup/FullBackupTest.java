package dev.lockstep.backup;

import static dev.lockstep.table.TestItems.BY_STRING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.CheckpointStore;
import dev.lockstep.checkpoint.Job;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.objects.Digest;
import dev.lockstep.objects.MemoryObjects;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.objects.S3Objects;
import dev.lockstep.objects.TestS3;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RandomItems;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.TableDocument;
import dev.lockstep.table.TestItems;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.S3Client;
import tools.jackson.databind.JsonNode;

@Timeout(120)
class FullBackupTest {
    private static final RetryPolicy PATIENT = new RetryPolicy(20, Duration.ofMillis(1), Duration.ofMillis(4));
    private static final Instant NOW = Instant.parse("2024-03-05T12:00:00Z");
    private static final String FOLDER = "backups/AWSDynamoDB/job/";

    private final MemoryTable table = new MemoryTable("orders", BY_STRING).pagesOf(20);
    private final MemoryObjects memory = new MemoryObjects("bucket");
    private final List<String> warnings = new ArrayList<>();

    private List<Item> fill(int count) {
        RandomItems random = new RandomItems(7);
        List<Item> items =
                IntStream.range(0, count).mapToObj(i -> random.item("i" + i)).toList();
        items.forEach(table::put);
        return items;
    }

    private static BackupSettings settings(int segments) {
        return new BackupSettings("job", OptionalInt.of(segments), Optional.empty(), 2, Consistency.STRONG, PATIENT);
    }

    private static BackupSettings only(int segment, int segments) {
        return new BackupSettings(
                "job",
                OptionalInt.of(segments),
                Optional.of(new Segment(segment, segments)),
                2,
                Consistency.STRONG,
                PATIENT);
    }

    private FullBackup backup(Table of, ObjectStore objects, BackupSettings settings) {
        return new FullBackup(
                of,
                Backups.document(BY_STRING),
                objects,
                ObjectRef.parse(objects.name() + "/backups"),
                settings,
                new Progress() {
                    @Override
                    public void warning(String message) {
                        warnings.add(message);
                    }
                },
                InstantSource.fixed(NOW),
                2_000);
    }

    private BackupResult run(BackupSettings settings) {
        return backup(table, memory, settings).run();
    }

    private List<Item> stored(ObjectStore objects) {
        return Backups.items(objects, FOLDER + "data/", ItemLines.Form.WRAPPED);
    }

    @Test
    void every_item_is_a_line_of_some_file_exactly() {
        List<Item> items = fill(300);
        BackupResult result = run(settings(5));
        assertThat(stored(memory)).containsExactlyInAnyOrderElementsOf(items);
        assertThat(result.items()).isEqualTo(300);
        assertThat(result.complete()).isTrue();
        assertThat(result.nothingDone()).isFalse();
        assertThat(result.location()).isEqualTo("s3://bucket/backups/AWSDynamoDB/job");
    }

    @Test
    void a_file_that_is_full_is_followed_by_another() {
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            byte[] noise = new byte[2_000];
            random.nextBytes(noise);
            table.put(TestItems.item("i" + i, "b", AttributeValue.fromB(SdkBytes.fromByteArray(noise))));
        }
        BackupResult result = run(settings(1));
        assertThat(result.files()).isGreaterThan(3);
        assertThat(stored(memory)).containsExactlyInAnyOrderElementsOf(table.items());
        assertThat(Backups.keys(memory, FOLDER + "data/")).hasSize(result.files());
        assertThat(memory.list(FOLDER + "data/")
                        .mapToLong(ObjectStore.Entry::size)
                        .sum())
                .isEqualTo(result.bytes());
    }

    @Test
    void the_manifest_tells_what_was_stored() {
        fill(100);
        BackupManifest told = run(settings(3)).manifest().orElseThrow();
        BackupManifest read = BackupManifest.parse(
                "m", memory.get(FOLDER + BackupManifest.NAME).orElseThrow().content());
        assertThat(read).isEqualTo(told);
        assertThat(read.items()).isEqualTo(100);
        assertThat(read.keys()).isEqualTo(BY_STRING);
        assertThat(read.tableId()).isEqualTo(table.id());
        assertThat(read.consistent()).isTrue();
        for (DataFile file : read.files()) {
            byte[] content = memory.get(file.key()).orElseThrow().content();
            assertThat(file.bytes()).isEqualTo(content.length);
            assertThat(file.sha256()).isEqualTo(Digest.SHA256.hexOf(content));
            assertThat(file.md5()).isEqualTo(Base64.getEncoder().encodeToString(Digest.MD5.of(content)));
            assertThat(file.items()).isEqualTo(Backups.lines(memory, file.key()).size());
        }
        assertThat(read.others())
                .isNotEmpty()
                .allSatisfy((name, hash) -> assertThat(
                                memory.get(FOLDER + name).orElseThrow().content())
                        .satisfies(content ->
                                assertThat(Digest.SHA256.hexOf(content)).isEqualTo(hash)));
    }

    @Test
    void the_manifests_of_an_export_stand_beside_it() throws Exception {
        fill(100);
        BackupManifest manifest = run(settings(2)).manifest().orElseThrow();
        JsonNode summary = Backups.json(memory, FOLDER + "manifest-summary.json");
        assertThat(summary.get("version").stringValue()).isEqualTo("2020-06-30");
        assertThat(summary.get("exportArn").stringValue())
                .isEqualTo("arn:aws:dynamodb:us-east-1:123456789012:table/orders/export/job");
        assertThat(summary.get("itemCount").intValue()).isEqualTo(100);
        assertThat(summary.get("outputFormat").stringValue()).isEqualTo("DYNAMODB_JSON");
        assertThat(summary.get("s3Bucket").stringValue()).isEqualTo("bucket");
        assertThat(summary.get("s3Prefix").stringValue()).isEqualTo("backups");
        assertThat(summary.get("exportTime").stringValue()).isEqualTo("2024-03-05T11:59:58.000Z");
        String files = summary.get("manifestFilesS3Key").stringValue();
        List<JsonNode> lines = new String(memory.get(files).orElseThrow().content(), UTF_8)
                .lines()
                .map(Backups::json)
                .toList();
        assertThat(lines)
                .extracting(line -> line.get("dataFileS3Key").stringValue())
                .containsExactlyElementsOf(
                        manifest.files().stream().map(DataFile::key).toList());
        assertThat(lines)
                .extracting(line -> line.get("md5Checksum").stringValue())
                .containsExactlyElementsOf(
                        manifest.files().stream().map(DataFile::md5).toList());
        assertThat(new String(
                        memory.get(FOLDER + "manifest-files.md5").orElseThrow().content(), UTF_8))
                .isEqualTo(Base64.getEncoder()
                        .encodeToString(
                                Digest.MD5.of(memory.get(files).orElseThrow().content())));
        TableDocument document = TableDocument.parse(new String(
                memory.get(FOLDER + "table-description.json").orElseThrow().content(), UTF_8));
        assertThat(document.keys()).isEqualTo(BY_STRING);
        assertThat(document.timeToLive()).contains("expires");
    }

    @Test
    void the_times_are_wide_enough_for_a_wrong_clock_and_for_eventual_reads() {
        fill(3);
        BackupManifest strong = run(settings(1)).manifest().orElseThrow();
        assertThat(strong.from()).isEqualTo(NOW.minusSeconds(2));
        assertThat(strong.to()).isEqualTo(NOW.plusSeconds(2));
        BackupSettings eventual =
                new BackupSettings("eventual", OptionalInt.of(1), Optional.empty(), 1, Consistency.EVENTUAL, PATIENT);
        BackupManifest cheap = run(eventual).manifest().orElseThrow();
        assertThat(cheap.from()).isEqualTo(NOW.minusSeconds(62));
        assertThat(cheap.consistent()).isFalse();
        assertThat(warnings).isNotEmpty().allSatisfy(w -> assertThat(w).contains("clock"));
    }

    @Test
    void an_empty_table_is_a_backup_without_files() {
        BackupResult result = run(settings(3));
        assertThat(result.complete()).isTrue();
        assertThat(result.items()).isZero();
        assertThat(result.files()).isZero();
        assertThat(memory.get(FOLDER + BackupManifest.NAME)).isPresent();
    }

    @Test
    void a_backup_that_is_done_is_not_made_again() {
        fill(3);
        run(settings(2));
        var before = memory.texts();
        assertThatThrownBy(() -> run(settings(2)))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("done already")
                .hasMessageContaining("--job-id");
        assertThat(memory.texts()).isEqualTo(before);
    }

    @Test
    void machines_share_a_job_and_the_last_one_makes_the_backup() {
        List<Item> items = fill(100);
        assertThat(run(only(1, 3)).complete()).isFalse();
        assertThat(run(only(0, 3)).complete()).isFalse();
        assertThat(memory.get(FOLDER + BackupManifest.NAME)).isEmpty();
        assertThat(memory.get(FOLDER + "manifest-summary.json")).isEmpty();

        BackupResult again = run(only(1, 3));
        assertThat(again.nothingDone()).isTrue();
        assertThat(again.complete()).isFalse();

        BackupResult last = run(only(2, 3));
        assertThat(last.complete()).isTrue();
        assertThat(last.items()).isLessThan(100);
        assertThat(last.manifest().orElseThrow().items()).isEqualTo(100);
        assertThat(stored(memory)).containsExactlyInAnyOrderElementsOf(items);

        BackupResult afterwards = run(only(1, 3));
        assertThat(afterwards.nothingDone()).isTrue();
        assertThat(afterwards.complete()).isTrue();
        assertThat(afterwards.items()).isEqualTo(again.items());
    }

    @Test
    void a_run_that_fails_leaves_no_backup_and_the_next_goes_on_where_it_ended() {
        List<Item> items = fill(200);
        Table dying = new FailingTable(table, 6);
        BackupSettings one =
                new BackupSettings("job", OptionalInt.of(4), Optional.empty(), 1, Consistency.STRONG, PATIENT);
        assertThatThrownBy(() -> backup(dying, memory, one).run()).hasMessageContaining("AccessDenied");
        assertThat(memory.get(FOLDER + BackupManifest.NAME)).isEmpty();
        List<String> done = Backups.keys(memory, FOLDER + "segments/");
        assertThat(done).isNotEmpty().hasSizeLessThan(4);
        // A run that was killed may leave a file of a segment that was not done.
        memory.put(FOLDER + "data/3-dead-0.json.gz", "left".getBytes(UTF_8), Options.REPLACE);

        FailingTable counting = new FailingTable(table, Integer.MAX_VALUE);
        BackupResult result = backup(counting, memory, one).run();
        assertThat(counting.segmentsRead()).hasSize(4 - done.size());
        assertThat(result.items()).isEqualTo(200);
        assertThat(stored(memory)).containsExactlyInAnyOrderElementsOf(items);
        assertThat(Backups.keys(memory, FOLDER + "data/")).hasSize(result.files());
    }

    @Test
    void the_name_of_a_backup_is_in_the_checkpoint_before_it_is_in_the_bucket() {
        fill(10);
        ObjectStore jobs = TestS3.bucket();
        AtomicBoolean known = new AtomicBoolean();
        ObjectStore watched = (ObjectStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ObjectStore.class}, (self, m, of) -> {
                    if (m.getName().equals("put") && of[0].toString().endsWith(BackupLayout.JOB)) {
                        try (Checkpoint afterKill = checkpoint(jobs)) {
                            known.set(SavedSegments.jobId(afterKill).equals("job"));
                        }
                    }
                    return m.invoke(memory, of);
                });
        checkpointed(watched, table, checkpoint(jobs));
        assertThat(known).isTrue();
    }

    /** The second one reads the document, the first one goes on, and only then the second reads its first page. */
    @Test
    void a_second_process_with_the_same_checkpoint_spoils_no_page_of_the_first() {
        List<Item> items = fill(200);
        ObjectStore bucket = TestS3.bucket();
        checkpointed(bucket, new FailingTable(table, 3), "AccessDenied");
        Checkpoint second = checkpoint(bucket);
        checkpointed(bucket, new FailingTable(table, 2), "AccessDenied");
        table.pagesOf(7);
        assertThatThrownBy(() -> checkpointed(bucket, table, second)).hasMessageContaining("another process");
        table.pagesOf(20);
        assertThat(checkpointed(bucket, table, checkpoint(bucket)).items()).isEqualTo(200);
        assertThat(stored(bucket)).containsExactlyInAnyOrderElementsOf(items);
    }

    private void checkpointed(ObjectStore bucket, Table of, String failure) {
        assertThatThrownBy(() -> checkpointed(bucket, of, checkpoint(bucket))).hasMessageContaining(failure);
    }

    private Checkpoint checkpoint(ObjectStore bucket) {
        Job job = new Job("backup", Map.of("table", table), BY_STRING, new TreeMap<>());
        return Checkpoint.open(CheckpointStore.object(bucket, "job", "s3://b/job"), job);
    }

    private static BackupResult checkpointed(ObjectStore bucket, Table of, Checkpoint checkpoint) {
        try (checkpoint) {
            return new FullBackup(
                            of,
                            Backups.document(BY_STRING),
                            bucket,
                            ObjectRef.parse(bucket.name() + "/backups"),
                            settings(1),
                            Progress.NONE)
                    .with(checkpoint)
                    .run();
        }
    }

    @Test
    void of_two_runs_at_one_segment_the_files_of_one_count() {
        List<Item> items = fill(100);
        FullBackup[] second = {backup(table, memory, settings(1))};
        FailingTable meanwhile = new FailingTable(table, Integer.MAX_VALUE) {
            @Override
            void afterScan(int number) {
                if (number == 2) {
                    second[0].run();
                }
            }
        };
        BackupResult loser = backup(meanwhile, memory, settings(1)).run();
        assertThat(loser.items()).isEqualTo(100);
        assertThat(stored(memory)).containsExactlyInAnyOrderElementsOf(items);
        assertThat(Backups.keys(memory, FOLDER + "data/"))
                .containsExactlyInAnyOrderElementsOf(loser.manifest().orElseThrow().files().stream()
                        .map(DataFile::key)
                        .toList());
    }

    @Test
    void a_run_that_does_not_fit_its_job_is_refused_before_it_reads() {
        fill(10);
        run(only(0, 3));
        var before = memory.texts();
        for (BackupSettings other : List.of(
                settings(4),
                only(0, 2),
                new BackupSettings("job", OptionalInt.of(3), Optional.empty(), 2, Consistency.EVENTUAL, PATIENT))) {
            assertThatThrownBy(() -> run(other))
                    .isInstanceOf(InvalidSettingsException.class)
                    .hasMessageContaining("this job was begun with");
        }
        MemoryTable successor = new MemoryTable("orders", BY_STRING);
        assertThatThrownBy(() -> backup(successor, memory, settings(3)).run())
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("another table");
        assertThat(memory.texts()).isEqualTo(before);
    }

    @Test
    void a_bad_network_and_a_busy_bucket_change_nothing() {
        List<Item> items = fill(300);
        String bucket = TestS3.createBucket();
        try (FaultProxy proxy = TestS3.proxy();
                S3Client client = TestS3.client(proxy.endpoint())) {
            proxy.on("*").probability(0.1, 1).inject(Fault.slowDown());
            proxy.on("*").probability(0.1, 2).inject(Fault.resetAfter());
            proxy.on("*").probability(0.1, 3).inject(Fault.internalErrorAfter());
            BackupResult result =
                    backup(table, new S3Objects(client, bucket), settings(4)).run();
            assertThat(result.items()).isEqualTo(300);
            assertThat(proxy.stats().faults()).isPositive();
        }
        assertThat(stored(new S3Objects(TestS3.client(), bucket))).containsExactlyInAnyOrderElementsOf(items);
    }

    @Test
    void a_bucket_that_fails_for_good_ends_the_run_without_a_backup() {
        fill(50);
        String bucket = TestS3.createBucket();
        try (FaultProxy proxy = TestS3.proxy();
                S3Client client = TestS3.client(proxy.endpoint())) {
            proxy.on("PutObject").skip(3).inject(Fault.error(403, "AccessDenied", "no"));
            assertThatThrownBy(() -> backup(table, new S3Objects(client, bucket), settings(4))
                            .run())
                    .isInstanceOf(LockstepException.class)
                    .hasMessageContaining("AccessDenied");
        }
        assertThat(new S3Objects(TestS3.client(), bucket).get(FOLDER + BackupManifest.NAME))
                .isEmpty();
    }

    @Test
    void a_manifest_that_was_changed_is_damaged() {
        fill(5);
        run(settings(1));
        byte[] whole = memory.get(FOLDER + BackupManifest.NAME).orElseThrow().content();
        for (int i = 0; i < whole.length; i += 7) {
            byte[] flipped = whole.clone();
            flipped[i] ^= 1;
            assertThatThrownBy(() -> BackupManifest.parse("m", flipped)).isInstanceOf(DamagedException.class);
        }
        assertThatThrownBy(() -> BackupManifest.parse("m", "{\"lockstepBackup\":2}".getBytes(UTF_8)))
                .hasMessageContaining("version 2");
    }

    @Test
    void ids_are_as_those_of_exports_and_cannot_leave_the_folder() {
        assertThat(BackupSettings.newJobId(NOW)).matches("0\\d{13}-[0-9a-f]{8}");
        for (String id : List.of("", ".", "..", "a/b", "-a", "a b", "a\n")) {
            assertThatThrownBy(() -> BackupSettings.of(id)).isInstanceOf(InvalidSettingsException.class);
        }
    }

    @Test
    void mapboxs_form_is_bare_lines_an_object_a_segment() {
        List<Item> items = fill(100);
        ObjectRef folder = ObjectRef.parse("s3://bucket/backups");
        BackupResult result = new BareBackup(table, memory, folder, settings(3), Progress.NONE).run();
        assertThat(result.items()).isEqualTo(100);
        assertThat(result.files()).isEqualTo(3);
        assertThat(Backups.keys(memory, "")).containsExactly("backups/job/0", "backups/job/1", "backups/job/2");
        assertThat(Backups.items(memory, "backups/job/", ItemLines.Form.BARE))
                .containsExactlyInAnyOrderElementsOf(items);
        for (int segments : List.of(2, 3)) {
            assertThatThrownBy(() -> new BareBackup(table, memory, folder, settings(segments), Progress.NONE).run())
                    .isInstanceOf(InvalidSettingsException.class)
                    .hasMessageContaining("--job-id");
        }
    }

    @Test
    void bare_lines_are_in_the_bytes_of_javascript() {
        table.put(TestItems.item("a/\u2028\u0001\u001f\"\\é😀"));
        new BareBackup(table, memory, ObjectRef.parse("s3://bucket/b"), settings(1), Progress.NONE).run();
        assertThat(Backups.lines(memory, "b/job/0"))
                .containsExactly("{\"id\":{\"S\":\"a/\u2028\\u0001\\u001f\\\"\\\\é😀\"}}");
    }
}
