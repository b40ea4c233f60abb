package dev.lockstep.cli.compat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** mapbox's {@code backup-table}: now {@code backup --format mapbox}. */
@Command(
        name = "backup-table",
        mixinStandardHelpOptions = true,
        description =
                "As mapbox/dynamodb-replicator's: now 'lockstep backup --format mapbox', whose other options are taken too.")
final class BackupTable extends Door {
    @Parameters(index = "0", paramLabel = "region/table")
    String table = "";

    @Parameters(index = "1", paramLabel = "s3url")
    String s3url = "";

    @Option(names = "--jobid", paramLabel = "ID", description = "Assign a jobid to this backup.")
    @Nullable
    String jobId;

    @Option(names = "--segment", paramLabel = "I", description = "Only this segment, counted from 0.")
    @Nullable
    String segment;

    @Option(names = "--segments", paramLabel = "N", description = "Total number of segments.")
    @Nullable
    String segments;

    @Option(
            names = "--metric",
            paramLabel = "NAMESPACE",
            description = "CloudWatch namespace for the figures of the backup, by TableName.")
    @Nullable
    String metric;

    @Override
    List<String> behind() {
        return List.of("backup");
    }

    @Override
    Set<String> decided() {
        return Set.of("--format", "--job-id", "--metrics");
    }

    /** One file, {@code 0}, unless segments were asked for; as one segment of all, it replaces what that job wrote before. */
    @Override
    List<String> words() {
        List<String> words = new ArrayList<>(List.of(table, s3url, "--format=mapbox"));
        add(words, "--job-id", jobId == null ? MapboxLog.newJob() : jobId);
        boolean whole = segment == null && segments == null;
        add(words, "--segment", whole ? "0" : segment);
        add(words, "--segments", whole ? "1" : segments);
        add(words, "--metrics", metric);
        return words;
    }
}
