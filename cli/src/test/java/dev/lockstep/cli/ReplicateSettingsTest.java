package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** A {@code replicate} that cannot work is refused with status 2, and then nothing was made, switched on or written. */
class ReplicateSettingsTest {
    @TempDir
    Path folder;

    private final String primary = Server.create("live");
    private final String replica = Server.create("replica");

    private Shell.Ran refused(String name, String... args) {
        List<String> command =
                new ArrayList<>(List.of("replicate", Server.ref(primary), "--enable-stream", "--name", name));
        command.addAll(List.of(args));
        Shell.Ran ran = Shell.run(command.toArray(String[]::new));
        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.err()).doesNotContain("unexpected").doesNotContain("keeping");
        assertThat(Server.client().listTables().tableNames()).noneMatch(t -> t.startsWith(name + "-"));
        assertThat(Server.client()
                        .describeTable(r -> r.tableName(primary))
                        .table()
                        .streamSpecification())
                .isNull();
        return ran;
    }

    private static String name() {
        return "refused-" + System.nanoTime();
    }

    @Test
    void a_table_as_its_own_replica() {
        assertThat(refused(name(), Server.ref(primary), "--ordering-guard").err())
                .contains("same table");
        assertThat(refused(name(), Server.ref(replica), Server.ref(primary)).err())
                .contains("same table");
    }

    @Test
    void a_destination_that_is_named_twice() {
        assertThat(refused(name(), Server.ref(replica), Server.ref(replica), "--ordering-guard")
                        .err())
                .contains("named twice");
        assertThat(refused(name(), "s3://bucket/folder", "s3://bucket/folder/").err())
                .contains("named twice");
    }

    @Test
    void a_replica_with_another_key() {
        String other = Server.create("other", ScalarAttributeType.N);
        assertThat(refused(name(), Server.ref(other)).err()).contains("same key schema");
    }

    @ParameterizedTest
    @CsvSource({
        "--status-port, 99999, no place to listen",
        "--status-port, page, no place to listen",
        "--verify-every, 0s, more than 0",
        "--metrics, AWS/DynamoDB, namespace",
        "--kinesis, orders, not the ARN",
        "--kinesis, arn:aws:kinesis:us-east-1:123456789012:stream/orders, --enable-stream",
        "--from, yesterday, neither trim-horizon nor latest",
        "--dead-letter, s3://, not a folder",
        "--s3-endpoint, nowhere, not a URL",
    })
    void an_option_that_cannot_be_meant(String option, String value, String told) {
        assertThat(refused(name(), Server.ref(replica), "s3://bucket/folder", option, value)
                        .err())
                .contains(told);
    }

    @Test
    void a_name_that_no_table_can_have() {
        assertThat(refused("a b", Server.ref(replica)).err()).contains("--name a b");
    }

    @Test
    void a_name_that_is_that_of_a_table_of_somebody_else() {
        String name = Server.create("mine");
        Shell.Ran ran = Shell.run(
                "replicate", Server.ref(primary), Server.ref(replica), "--enable-stream", "--name", name, "--quiet");
        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.err()).contains(name).contains("another --name");
        assertThat(Server.contents(name)).isEmpty();
    }

    @Test
    void a_file_for_dead_letters_that_is_another_program_s() throws Exception {
        Path notes = Files.writeString(folder.resolve("notes"), "one\ntwo");
        assertThat(refused(name(), Server.ref(replica), "--dead-letter", "" + notes)
                        .err())
                .contains("no file of dead letters");
        assertThat(notes).hasContent("one\ntwo");
    }

    @Test
    void dead_letters_that_are_not_there() {
        Path none = folder.resolve("none");
        assertThat(refused(name(), Server.ref(replica), "--from-dead-letter", "" + none)
                        .err())
                .contains("no such file");
    }
}
