package dev.lockstep.cli.compat;

import java.util.List;
import picocli.CommandLine.Command;

/** mapbox's {@code incremental-backup-record}: now {@code item backup}. */
@Command(
        name = "incremental-backup-record",
        mixinStandardHelpOptions = true,
        description = "As mapbox/dynamodb-replicator's: now 'lockstep item backup', whose other options are taken too.")
final class IncrementalBackupRecord extends OneRecord {
    @Override
    List<String> behind() {
        return List.of("item", "backup");
    }
}
