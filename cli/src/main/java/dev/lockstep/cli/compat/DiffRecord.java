package dev.lockstep.cli.compat;

import java.util.List;
import picocli.CommandLine.Command;

/** mapbox's {@code diff-record}: now {@code item diff}. */
@Command(
        name = "diff-record",
        mixinStandardHelpOptions = true,
        description = "As mapbox/dynamodb-replicator's: now 'lockstep item diff', whose other options are taken too.")
final class DiffRecord extends OneRecord {
    @Override
    List<String> behind() {
        return List.of("item", "diff");
    }

    @Override
    int run(List<String> words) {
        return new TwoRecords("Primary record", "Replica record").compare(this, words);
    }
}
