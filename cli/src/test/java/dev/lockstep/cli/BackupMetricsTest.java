package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.backup.BackupResult;
import dev.lockstep.progress.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;

/** What a backup says where its figures cannot be published. */
class BackupMetricsTest {
    @Test
    void a_backup_is_not_failed_by_figures_that_nobody_is_signed_in_for() {
        List<String> warnings = new ArrayList<>();
        Progress progress = new Progress() {
            @Override
            public void warning(String text) {
                warnings.add(text);
            }
        };
        try (CloudWatchClient client = CloudWatchClient.builder()
                .region(Region.US_EAST_1)
                .credentialsProvider(() -> {
                    throw new InvalidSettingsException(
                            "sign in", "to AWS", "there are no credentials", "Say --profile");
                })
                .build()) {
            BackupMetrics.of(client, "backups", "orders")
                    .done(new BackupResult("s3://b/k", 1, 2, 1, true, false, Optional.empty()), progress);
        }
        assertThat(warnings).singleElement().asString().contains("were not published", "there are no credentials");
    }
}
