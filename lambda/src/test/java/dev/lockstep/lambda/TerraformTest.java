package dev.lockstep.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the Terraform module promises, by its text: the same as the SAM template. */
class TerraformTest {
    private final String main = read("main.tf");

    private static String read(String name) {
        try {
            return Files.readString(Path.of("../deploy/terraform", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> all(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map(m -> m.group(1));
    }

    private static Set<String> actions(String text) {
        Set<String> actions = new TreeSet<>();
        all("actions\\s*= \\[([^]]*)]", text)
                .forEach(list -> all("\"([^\"]+)\"", list).forEach(actions::add));
        return actions;
    }

    private String between(String from, String to) {
        return main.substring(main.indexOf(from), main.indexOf(to));
    }

    @Test
    void handlers_are_classes() throws Exception {
        List<String> handlers =
                all("handler\\s*= \"([^\"]+)::handleRequest\"", main).toList();
        assertThat(handlers).containsExactly(Replicate.class.getName(), Backup.class.getName());
    }

    @Test
    void the_mapping_has_what_keeps_one_bad_record_from_blocking_or_being_lost() {
        String mapping = between("\"aws_lambda_event_source_mapping\"", "\"aws_cloudwatch_metric_alarm\" \"lag\"");
        assertThat(mapping)
                .containsPattern("function_response_types += \\[\"ReportBatchItemFailures\"]")
                .containsPattern("bisect_batch_on_function_error += true")
                .containsPattern("maximum_retry_attempts += var\\.")
                .containsPattern("maximum_record_age_in_seconds += var\\.")
                .containsPattern("destination_arn += aws_sqs_queue\\.dead_letters\\.arn");
    }

    @Test
    void permissions_are_what_the_functions_call_and_no_more() {
        assertThat(actions(between("replicate = {", "backup = {"))).isEqualTo(Calling.byReplicate());
        assertThat(actions(between("backup = {", "functions = {"))).isEqualTo(Calling.byBackup());
    }

    @Test
    void permissions_name_their_resources() {
        assertThat(all("resources\\s*= (.*)", main)).isNotEmpty().noneMatch(resource -> resource.contains("\"*\""));
        assertThat(actions(main)).noneMatch(action -> action.contains("*"));
    }

    @Test
    void every_variable_is_declared_and_used() {
        Set<String> used = new TreeSet<>(all("var\\.([a-z_]+)", main).toList());
        Set<String> declared = new TreeSet<>(
                all("variable \"([a-z_]+)\"", read("variables.tf")).toList());
        assertThat(used).isEqualTo(declared);
    }

    @Test
    void environment_variables_are_known_to_the_functions() {
        Set<String> set = new TreeSet<>(Pattern.compile("\\b(LOCKSTEP_[A-Z_]+|Backup[A-Z][a-z]+)\\s*=")
                .matcher(main)
                .results()
                .map((MatchResult m) -> m.group(1))
                .toList());
        assertThat(set)
                .containsExactlyInAnyOrder(
                        "BackupBucket",
                        "BackupPrefix",
                        "LOCKSTEP_REPLICAS",
                        "LOCKSTEP_REPORT_BATCH_ITEM_FAILURES",
                        "LOCKSTEP_SKIP_TTL_DELETES");
    }
}
