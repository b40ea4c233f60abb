package dev.lockstep.checkpoint;

import static dev.lockstep.table.TestItems.BY_NUMBER;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.objects.TestS3;
import dev.lockstep.table.MemoryTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;

class CheckpointTest {
    @TempDir
    Path folder;

    private final MemoryTable orders = new MemoryTable("orders", BY_STRING);
    private final Job job = job("copy", orders, Map.of("segments", "8"));
    private Path file = Path.of("");

    @BeforeEach
    void place() {
        file = folder.resolve("job.ckpt");
    }

    private static Job job(String kind, MemoryTable table, Map<String, String> parameters) {
        return new Job(kind, Map.of("primary", table), table.keys(), new TreeMap<>(parameters));
    }

    private Checkpoint open(Job wanted) {
        return Checkpoint.open(CheckpointStore.file(file), wanted);
    }

    private void begun() {
        try (Checkpoint checkpoint = open(job)) {
            checkpoint.begin(8);
            checkpoint.running(3, SegmentState.running(key("k"), Map.of("items", 7L)));
            checkpoint.done(0, Map.of("items", 2L));
            checkpoint.done(1, Map.of("items", 3L));
            checkpoint.save();
        }
    }

    private void rewritten(UnaryOperator<String> change) throws IOException {
        Files.writeString(file, change.apply(Files.readString(file)));
    }

    private void assertRefused(Job wanted, String... parts) throws IOException {
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(() -> open(wanted))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContainingAll(parts)
                .hasMessageContaining(file.toString());
        assertThat(Files.readAllBytes(file)).as("it is left as it was").isEqualTo(before);
    }

    @Test
    void what_was_saved_is_there_again() {
        orders.usage().read(2.5);
        orders.usage().request("Scan");
        begun();
        MemoryTable usage = orders;
        try (Checkpoint checkpoint = open(job)) {
            assertThat(checkpoint.begun()).isTrue();
            assertThat(checkpoint.finished()).isEmpty();
            assertThat(checkpoint.begin(99)).isEqualTo(8);
            assertThat(checkpoint.of(0).done()).isTrue();
            assertThat(checkpoint.of(2)).isEqualTo(SegmentState.NEW);
            assertThat(checkpoint.of(3).after()).isEqualTo(key("k"));
            assertThat(checkpoint.of(3).count("items")).isEqualTo(7);
            assertThat(checkpoint.countOfDone("items")).isEqualTo(5);
            assertThat(usage.usage().readUnits()).as("counted on").isEqualTo(5);
            assertThat(usage.usage().requests()).containsEntry("Scan", 2L);
        }
    }

    @Test
    void what_is_refused_says_what_to_do() throws IOException {
        begun();
        assertRefused(
                job("copy", new MemoryTable("orders", BY_STRING), Map.of("segments", "8")),
                "deleted and made anew",
                "Delete");
        assertRefused(
                job("copy", new MemoryTable("others", BY_STRING), Map.of("segments", "8")),
                "its primary was orders, not others",
                "Name the same tables");
        assertRefused(
                job("copy", orders, Map.of("segments", "9")),
                "segments was '8' and is '9'",
                "Run the command as it was");
        assertRefused(
                job("backup", orders, Map.of("segments", "8")), "another kind, 'copy'", "Name another checkpoint");
        Job otherKey = new Job("copy", Map.of("primary", orders), BY_NUMBER, new TreeMap<>(Map.of("segments", "8")));
        assertRefused(otherKey, "had the key id (S), now it is id (N)");
    }

    @Test
    void a_document_that_is_damaged_newer_or_none_is_refused() throws IOException {
        begun();
        String whole = Files.readString(file);
        rewritten(text -> text.replace("\"items\":7", "\"items\":8"));
        assertRefused(job, "damaged", "checksum", "Put back a copy");
        Files.writeString(file, whole.substring(0, whole.length() - 9));
        assertRefused(job, "damaged");
        Files.writeString(file, whole.replace("\"version\":1", "\"version\":2"));
        assertRefused(job, "newer version", "Go on with that version");
        for (String none : new String[] {"", "hello", "{\"lockstep\":\"undo-log\",\"version\":1}\n"}) {
            Files.writeString(file, none);
            assertRefused(job, "not a checkpoint", "name another");
        }
        Files.writeString(file, whole);
        open(job).close();
    }

    @Test
    void a_checkpoint_in_use_is_refused() throws IOException {
        begun();
        try (Checkpoint checkpoint = open(job)) {
            assertThat(checkpoint.begun()).isTrue();
            assertRefused(job, "a running process is using it", "Wait");
        }
        open(job).close();
    }

    @Test
    void a_write_that_fails_leaves_the_document_before_and_stops_the_job() throws IOException {
        begun();
        byte[] before = Files.readAllBytes(file);
        Checkpoint checkpoint = open(job);
        Path inTheWay = Files.createDirectories(Path.of(file + ".new").resolve("x"));
        checkpoint.done(4, Map.of());
        assertThatThrownBy(checkpoint::save)
                .isInstanceOf(LockstepException.class)
                .hasMessageStartingWith("write " + file)
                .hasMessageContaining("space left");
        assertThatThrownBy(checkpoint::save).isInstanceOf(LockstepException.class);
        checkpoint.close();
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    @Timeout(60)
    void a_document_that_cannot_even_be_made_stops_the_job_too() {
        Checkpoint checkpoint = open(job);
        checkpoint.begin(8);
        checkpoint.add(new Checkpoint.Part() {
            @Override
            public String name() {
                return "part";
            }

            @Override
            public tools.jackson.databind.JsonNode state() {
                throw new OutOfMemoryError("in a test");
            }
        });
        checkpoint.done(4, Map.of());
        assertThatThrownBy(checkpoint::save)
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("OutOfMemoryError");
        checkpoint.close();
    }

    @Test
    void what_is_told_last_is_saved_when_an_interrupted_job_closes_it() {
        Checkpoint checkpoint = open(job);
        checkpoint.begin(8);
        checkpoint.done(5, Map.of());
        Thread.currentThread().interrupt();
        checkpoint.close();
        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        try (Checkpoint again = open(job)) {
            assertThat(again.of(5).done()).isTrue();
        }
    }

    @Test
    void of_two_jobs_with_one_object_the_second_that_writes_is_stopped() {
        var bucket = TestS3.bucket();
        try (Checkpoint one = Checkpoint.open(CheckpointStore.object(bucket, "a/job", "s3://b/a/job"), job)) {
            one.begin(8);
            Checkpoint two = Checkpoint.open(CheckpointStore.object(bucket, "a/job", "s3://b/a/job"), job);
            assertThat(two.begun()).isTrue();
            one.done(1, Map.of());
            one.save();
            two.done(2, Map.of());
            assertThatThrownBy(two::save)
                    .isInstanceOf(LockstepException.class)
                    .isNotInstanceOf(InvalidSettingsException.class)
                    .hasMessageContaining("another process has written to it");
            two.close();
            one.store().keep("1-0", new byte[] {1, 2});
            assertThat(one.store().kept("1-0")).containsExactly(1, 2);
            one.finish();
            assertThatThrownBy(() -> one.store().kept("1-0")).hasMessageContaining("it is gone");
        }
        try (Checkpoint three = Checkpoint.open(CheckpointStore.object(bucket, "a/job", "s3://b/a/job"), job)) {
            assertThat(three.of(1).done()).isTrue();
            assertThat(three.of(2).done()).isFalse();
            assertThat(three.finished()).isPresent();
        }
    }

    @Test
    void a_part_is_made_durable_before_the_document_that_tells_of_it() {
        long[] durable = new long[1];
        long[] said = new long[1];
        try (Checkpoint checkpoint = open(job)) {
            checkpoint.add(new Checkpoint.Part() {
                @Override
                public String name() {
                    return "part";
                }

                @Override
                public tools.jackson.databind.JsonNode state() {
                    said[0]++;
                    return JsonNodeFactory.instance.objectNode().put("n", said[0]);
                }

                @Override
                public void makeDurable() {
                    durable[0] = said[0];
                    assertThat(CheckpointTest.this.file)
                            .satisfiesAnyOf(
                                    f -> assertThat(f).doesNotExist(),
                                    f -> assertThat(f).content().doesNotContain("\"n\":" + said[0] + "}"));
                }
            });
            checkpoint.begin(1);
        }
        assertThat(durable[0]).isEqualTo(said[0]).isPositive();
        try (Checkpoint again = open(job)) {
            assertThat(again.before("part").path("n").asLong()).isEqualTo(durable[0]);
        }
    }

    @Test
    void ranges_come_back() {
        for (String text : new String[] {"", "0", "0-6,9", "3,5-7,999999"}) {
            assertThat(Ranges.write(Ranges.read(text))).isEqualTo(text);
        }
        assertThat(Ranges.read("")).isEqualTo(new BitSet());
    }
}
