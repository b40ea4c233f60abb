package dev.lockstep.cli.compat;

import java.util.List;
import picocli.CommandLine.Command;

/** mapbox's {@code replicate-record}: now {@code item copy}. */
@Command(
        name = "replicate-record",
        mixinStandardHelpOptions = true,
        description = "As mapbox/dynamodb-replicator's: now 'lockstep item copy', whose other options are taken too.")
final class ReplicateRecord extends OneRecord {
    @Override
    List<String> behind() {
        return List.of("item", "copy");
    }
}
