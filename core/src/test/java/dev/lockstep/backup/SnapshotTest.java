package dev.lockstep.backup;

import static dev.lockstep.table.TestItems.BY_STRING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.objects.MemoryObjects;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.S3Objects;
import dev.lockstep.objects.TestS3;
import dev.lockstep.table.Item;
import dev.lockstep.table.RandomItems;
import dev.lockstep.table.TestItems;
import dev.lockstep.work.Crew;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

@Timeout(60)
class SnapshotTest {
    private final MemoryObjects objects = new MemoryObjects("bucket");

    private static List<Item> random(int count) {
        RandomItems random = new RandomItems(3);
        return IntStream.range(0, count).mapToObj(i -> random.item("i" + i)).toList();
    }

    private static void take(Snapshot snapshot, List<Item> items) {
        Merged.Taker taker = snapshot.taker();
        items.forEach(item -> taker.take(BY_STRING.keyOf(item.attributes()), item));
        taker.end();
    }

    @Test
    void items_of_several_threads_become_one_object_of_bare_lines() {
        List<Item> items = random(2_000);
        try (Snapshot snapshot = new Snapshot(objects, "s.gz", false);
                Crew crew = new Crew("test")) {
            for (int i = 0; i < 4; i++) {
                List<Item> some = items.subList(i * 500, (i + 1) * 500);
                crew.start(() -> take(snapshot, some));
            }
            crew.join();
            BackupResult result = snapshot.commit();
            assertThat(result.items()).isEqualTo(2_000);
            assertThat(result.bytes())
                    .isEqualTo(objects.get("s.gz").orElseThrow().content().length);
            assertThat(result.location()).isEqualTo("s3://bucket/s.gz");
        }
        assertThat(Backups.items(objects, "s.gz", ItemLines.Form.BARE)).containsExactlyInAnyOrderElementsOf(items);
    }

    @Test
    void what_was_deleted_is_left_out() {
        Item item = TestItems.item("a");
        try (Snapshot snapshot = new Snapshot(objects, "s.gz", false)) {
            Merged.Taker taker = snapshot.taker();
            taker.take(BY_STRING.keyOf(TestItems.item("gone").attributes()), null);
            taker.take(BY_STRING.keyOf(item.attributes()), item);
            taker.end();
            assertThat(snapshot.commit().items()).isEqualTo(1);
        }
        assertThat(Backups.items(objects, "s.gz", ItemLines.Form.BARE)).containsExactly(item);
    }

    @Test
    void nothing_at_all_is_an_empty_file() {
        try (Snapshot snapshot = new Snapshot(objects, "s.gz", false)) {
            snapshot.commit();
        }
        assertThat(Backups.lines(objects, "s.gz")).isEmpty();
    }

    @Test
    void what_is_there_is_replaced_only_where_that_was_said() {
        take("first", false);
        assertThatThrownBy(() -> take("second", false))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("--overwrite");
        assertThat(Backups.lines(objects, "s.gz")).containsExactly("{\"id\":{\"S\":\"first\"}}");
        take("second", true);
        assertThat(Backups.lines(objects, "s.gz")).containsExactly("{\"id\":{\"S\":\"second\"}}");
    }

    private void take(String id, boolean overwrite) {
        try (Snapshot snapshot = new Snapshot(objects, "s.gz", overwrite)) {
            take(snapshot, List.of(TestItems.item(id)));
            snapshot.commit();
        }
    }

    @Test
    void what_is_given_up_leaves_nothing() {
        String bucket = TestS3.createBucket();
        ObjectStore s3 = new S3Objects(TestS3.client(), bucket);
        Random random = new Random(1);
        try (Snapshot snapshot = new Snapshot(s3, "s.gz", false)) {
            for (int i = 0; i < 60; i++) {
                byte[] noise = new byte[250_000];
                random.nextBytes(noise);
                take(
                        snapshot,
                        List.of(TestItems.item("i" + i, "b", AttributeValue.fromB(SdkBytes.fromByteArray(noise)))));
            }
            assertThat(TestS3.client()
                            .listMultipartUploads(r -> r.bucket(bucket))
                            .uploads())
                    .as("parts were sent")
                    .hasSize(1);
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(TestS3.client().listMultipartUploads(r -> r.bucket(bucket)).uploads())
                .isEmpty();
        assertThat(Backups.keys(s3, "")).isEmpty();
    }

    @Test
    void blocks_of_any_size_and_kind_are_one_gzip_member() throws IOException {
        Random random = new Random(5);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        GzipBlocks gzip = new GzipBlocks(packed::write);
        List<Integer> sizes = new ArrayList<>(List.of(0, 1, 0, 65_535, 65_536, 131_072, 300_000));
        IntStream.range(0, 20).forEach(i -> sizes.add(random.nextInt(200_000)));
        for (boolean noise : new boolean[] {true, false}) {
            try (GzipBlocks.Blocks blocks = gzip.blocks()) {
                for (int size : sizes) {
                    byte[] bytes = new byte[size];
                    if (noise) {
                        random.nextBytes(bytes);
                    }
                    blocks.plain().write(bytes);
                    plain.write(bytes);
                    blocks.flush();
                }
            }
        }
        gzip.finish();
        // Of several members this stream, which tells of no more bytes, would give the first alone.
        var one = new ByteArrayInputStream(packed.toByteArray()) {
            @Override
            public synchronized int available() {
                return 0;
            }
        };
        try (var in = new GZIPInputStream(one)) {
            assertThat(in.readAllBytes()).isEqualTo(plain.toByteArray());
        }
    }
}
