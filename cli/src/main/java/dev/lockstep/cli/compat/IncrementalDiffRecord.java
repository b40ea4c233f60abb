package dev.lockstep.cli.compat;

import java.util.List;
import picocli.CommandLine.Command;

/** mapbox's {@code incremental-diff-record}: now {@code item diff} with a folder of items. */
@Command(
        name = "incremental-diff-record",
        mixinStandardHelpOptions = true,
        description = "As mapbox/dynamodb-replicator's: now 'lockstep item diff', whose other options are taken too.")
final class IncrementalDiffRecord extends OneRecord {
    @Override
    List<String> behind() {
        return List.of("item", "diff");
    }

    @Override
    int run(List<String> words) {
        return new TwoRecords("DynamoDB record", "Incremental backup record").compare(this, words);
    }
}
