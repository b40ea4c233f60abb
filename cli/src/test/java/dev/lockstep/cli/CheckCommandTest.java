package dev.lockstep.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.local.LocalS3;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;

class CheckCommandTest {
    private static final LocalS3 S3 = LocalS3.start();
    private static int buckets;

    private final String bucket = "check-" + buckets++;

    @BeforeEach
    void create() {
        S3.createBucket(bucket);
    }

    @AfterAll
    static void stop() {
        S3.close();
    }

    private void put(String key, byte[] content) {
        S3.client().putObject(r -> r.bucket(bucket).key(key), RequestBody.fromBytes(content));
    }

    private static byte[] gzip(String content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private Ran check(String key, String... options) {
        String[] args = new String[4 + options.length];
        args[0] = "check";
        args[1] = "s3://" + bucket + "/" + key;
        args[2] = "--s3-endpoint";
        args[3] = S3.endpoint().toString();
        System.arraycopy(options, 0, args, 4, options.length);
        return Shell.run(args);
    }

    @Test
    void a_whole_backup_is_proved() {
        put("job/0", gzip("{\"id\":{\"S\":\"a\"}}\n{\"id\":{\"S\":\"b\"}}\n"));
        put("job/1", gzip("{\"id\":{\"S\":\"c\"}}\n"));
        Ran ran = check("job");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).startsWith("whole: 3 items in 2 files, ");
        assertThat(ran.err()).contains("a backup of dynamodb-replicator (2 segments)");
    }

    @Test
    void each_damaged_file_is_named_and_the_exit_status_says_so() {
        byte[] torn = gzip("{\"id\":{\"S\":\"secret\"}}\n");
        torn[14] ^= 1;
        put("job/0", torn);
        put("job/1", gzip("{\"id\":{\"S\":\"c\"}}\n"));
        put("job/3", gzip("{\"id\":{\"S\":\"c\"}}\n"));
        Ran ran = check("job", "--output", "json");
        assertThat(ran.status()).as(ran.err()).isEqualTo(1);
        assertThat(ran.json().propertyNames()).containsExactly("items", "bytes", "files", "faults", "elapsedMillis");
        assertThat(ran.json().path("items").asInt()).isEqualTo(3);
        assertThat(ran.json().path("files").asInt()).isEqualTo(3);
        assertThat(ran.json()
                        .path("faults")
                        .valueStream()
                        .map(f -> f.path("file").asString()))
                .containsExactlyInAnyOrder(
                        "s3://" + bucket + "/job/0", "s3://" + bucket + "/job/2", "s3://" + bucket + "/job/3");
        assertThat(ran.json().path("faults").valueStream())
                .allMatch(f -> !f.path("problem").asString().isEmpty());
        Ran text = check("job");
        assertThat(text.out()).contains("/job/2: it is missing").contains("3 faults: 3 items in 3 files");
        assertThat(ran.out() + ran.err() + text.out() + text.err()).doesNotContain("secret");
    }

    @Test
    void a_manifest_too_damaged_to_be_opened_is_a_fault_too() {
        put("p/AWSDynamoDB/01-x/manifest-summary.json", "{".getBytes(UTF_8));
        Ran ran = check("p", "--output", "json");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.json().path("faults").path(0).path("file").asString())
                .isEqualTo("s3://" + bucket + "/p/AWSDynamoDB/01-x/manifest-summary.json");
    }

    @Test
    void what_no_thread_would_read_is_not_called_whole() {
        put("job/0", gzip("this is no item\n"));
        Ran ran = check("job", "--parallel", "0");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("--parallel");
    }

    @Test
    void where_there_is_nothing_the_command_line_is_wrong() {
        Ran ran = check("nothing");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("there is nothing").contains("Looked for");
    }

    @Test
    void a_bucket_that_cannot_be_read_is_a_failure() {
        Ran ran = Shell.run(
                "check", "s3://no-such-bucket/x", "--s3-endpoint", S3.endpoint().toString(), "--max-retries", "0");
        assertThat(ran.status()).as(ran.err()).isEqualTo(3);
    }
}
