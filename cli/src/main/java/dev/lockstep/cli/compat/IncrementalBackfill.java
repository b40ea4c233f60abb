package dev.lockstep.cli.compat;

import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** mapbox's {@code incremental-backfill}: now {@code copy} into a folder, which leaves exactly the table's items there. */
@Command(
        name = "incremental-backfill",
        mixinStandardHelpOptions = true,
        description = "As mapbox/dynamodb-replicator's: now 'lockstep copy', whose other options are taken too.")
final class IncrementalBackfill extends Door {
    @Parameters(index = "0", paramLabel = "region/table")
    String table = "";

    @Parameters(index = "1", paramLabel = "s3url", description = "The table's name is appended to it.")
    String s3url = "";

    @Override
    List<String> behind() {
        return List.of("copy");
    }

    @Override
    Set<String> decided() {
        return Set.of("--overwrite", "--delete-extra", "--create");
    }

    @Override
    List<String> words() {
        return List.of(table, s3url, "--overwrite", "--delete-extra");
    }
}
