package dev.lockstep.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.lambda.Filter.Role;
import dev.lockstep.lambda.Filter.Turnover;
import dev.lockstep.objects.ObjectRef;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    private static Settings replicate(String... pairs) {
        return Environment.forReplicate(variables(pairs));
    }

    private static Map<String, String> variables(String... pairs) {
        Map<String, String> variables = new java.util.HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            variables.put(pairs[i], pairs[i + 1]);
        }
        return variables;
    }

    @Test
    void what_is_not_said_is_the_default() {
        Settings settings = replicate("LOCKSTEP_REPLICAS", "eu-west-1/orders");
        assertThat(settings.filter()).isEqualTo(new Filter(false, Optional.empty()));
        assertThat(settings.reportsItemFailures()).isTrue();
        assertThat(settings.primary()).isEmpty();
        assertThat(settings.guard()).isEmpty();
        assertThat(settings.deadLetters()).isEmpty();
        assertThat(settings.metrics()).isEmpty();
    }

    @Test
    void mapbox_names_make_a_replica_in_its_region() {
        Settings settings =
                replicate("ReplicaTable", "orders", "ReplicaRegion", "eu-west-1", "AWS_REGION", "us-east-1");
        assertThat(settings.replicas()).singleElement().satisfies(replica -> {
            assertThat(replica.table().text()).isEqualTo("eu-west-1/orders");
            assertThat(replica.table().region()).contains("eu-west-1");
            assertThat(replica.credentials()).isEmpty();
        });
    }

    @Test
    void without_a_region_a_replica_is_in_the_functions_own() {
        assertThat(replicate("ReplicaTable", "orders", "AWS_REGION", "us-east-2")
                        .replicas()
                        .get(0)
                        .table()
                        .region())
                .contains("us-east-2");
    }

    @Test
    void mapbox_names_make_a_folder() {
        Settings settings = Environment.forBackup(variables("BackupBucket", "bucket", "BackupPrefix", "a/b"));
        assertThat(settings.folders()).containsExactly(ObjectRef.parse("s3://bucket/a/b"));
    }

    @Test
    void a_prefix_that_would_make_other_names_than_mapbox_is_refused() {
        assertThatThrownBy(() -> Environment.forBackup(variables("BackupBucket", "bucket", "BackupPrefix", "a/")))
                .hasMessageContaining("BackupPrefix");
        assertThatThrownBy(() -> Environment.forBackup(variables("BackupBucket", "bucket")))
                .hasMessageContaining("belong together");
    }

    @Test
    void replicas_may_be_separated_by_commas_and_blanks() {
        assertThat(replicate(
                                "LOCKSTEP_REPLICAS",
                                " eu-west-1/one,us-east-1:two\n arn:aws:dynamodb:us-east-1:123456789012:table/six")
                        .replicas())
                .hasSize(3);
    }

    @Test
    void empty_variables_are_unset_ones() {
        assertThat(replicate("LOCKSTEP_REPLICAS", "eu-west-1/orders", "TurnoverRole", "", "TurnoverAt", " ")
                        .filter()
                        .turnover())
                .isEmpty();
    }

    @Test
    void the_turnover_is_read() {
        assertThat(replicate(
                                "LOCKSTEP_REPLICAS",
                                "eu-west-1/orders",
                                "TurnoverRole",
                                "AFTER",
                                "TurnoverAt",
                                "1795262400000")
                        .filter()
                        .turnover())
                .contains(new Turnover(Role.AFTER, 1_795_262_400_000L));
    }

    @Test
    void a_time_in_seconds_is_not_taken_for_milliseconds() {
        assertThatThrownBy(() -> replicate(
                        "LOCKSTEP_REPLICAS", "eu-west-1/orders", "TurnoverRole", "AFTER", "TurnoverAt", "1795262400"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("TurnoverAt");
    }

    @Test
    void plain_http_to_another_machine_must_be_allowed() {
        assertThatThrownBy(() -> replicate("LOCKSTEP_REPLICAS", "http://example.org/orders"))
                .hasMessageContaining("LOCKSTEP_ALLOW_HTTP");
        assertThat(replicate("LOCKSTEP_REPLICAS", "http://example.org/orders", "LOCKSTEP_ALLOW_HTTP", "true")
                        .replicas())
                .hasSize(1);
    }

    @Test
    void a_function_without_a_destination_is_refused() {
        assertThatThrownBy(() -> replicate()).hasMessageContaining("LOCKSTEP_REPLICAS");
        assertThatThrownBy(() -> Environment.forBackup(Map.of())).hasMessageContaining("LOCKSTEP_BACKUPS");
    }

    @Test
    void a_guard_needs_the_primary() {
        assertThatThrownBy(() -> replicate("LOCKSTEP_REPLICAS", "eu-west-1/orders", "LOCKSTEP_ORDERING_GUARD", "guard"))
                .hasMessageContaining("LOCKSTEP_PRIMARY");
    }
}
