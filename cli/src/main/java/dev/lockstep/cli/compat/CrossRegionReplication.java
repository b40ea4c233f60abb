package dev.lockstep.cli.compat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.objects.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The awslabs library's jar: now {@code replicate}, under the same name, so that it goes on where the task stopped. */
@Command(
        name = "cross-region-replication",
        mixinStandardHelpOptions = true,
        description =
                "As awslabs/dynamodb-cross-region-library's jar: now 'lockstep replicate', whose other options are taken"
                        + " too. It goes on where a task of that library with the same name stopped; stop that first.")
final class CrossRegionReplication extends Door {
    private static final String PREFIX = "DynamoDBCrossRegionReplication";

    @Option(names = "--sourceRegion", required = true, paramLabel = "REGION", description = "Region of the source.")
    String sourceRegion = "";

    @Option(names = "--sourceTable", required = true, paramLabel = "NAME", description = "The table to follow.")
    String sourceTable = "";

    @Option(names = "--destinationRegion", required = true, paramLabel = "REGION", description = "Region to write to.")
    String destinationRegion = "";

    @Option(names = "--destinationTable", required = true, paramLabel = "NAME", description = "The table to write.")
    String destinationTable = "";

    @Option(names = "--sourceEndpoint", paramLabel = "URL", description = "DynamoDB endpoint of the source.")
    @Nullable
    String sourceEndpoint;

    @Option(names = "--sourceStreamsEndpoint", paramLabel = "URL", description = "Streams endpoint of the source.")
    @Nullable
    String sourceStreamsEndpoint;

    @Option(names = "--destinationEndpoint", paramLabel = "URL", description = "DynamoDB endpoint of the destination.")
    @Nullable
    String destinationEndpoint;

    @Option(names = "--kclRegion", paramLabel = "REGION", description = "Region of the task's own tables.")
    @Nullable
    String kclRegion;

    @Option(names = "--kclEndpoint", paramLabel = "URL", description = "DynamoDB endpoint of the task's own tables.")
    @Nullable
    String kclEndpoint;

    @Option(
            names = "--taskName",
            paramLabel = "NAME",
            description = "Names the task's tables; all processes of a task have the same (default: of the tables).")
    @Nullable
    String taskName;

    @Option(names = "--dontPublishCloudwatch", description = "Publish no figures to CloudWatch.")
    boolean dontPublishCloudwatch;

    @Option(names = "--batchSize", paramLabel = "N", description = "Records asked for in a GetRecords call.")
    @Nullable
    String batchSize;

    @Option(
            names = "--parentShardPollIntervalMillis",
            hidden = true,
            paramLabel = "MS",
            description = "Has no effect: a child shard is begun as soon as its parent is done.")
    @Nullable
    Long parentShardPollIntervalMillis;

    @Override
    List<String> behind() {
        return List.of("replicate");
    }

    @Override
    Set<String> decided() {
        return Set.of("--name", "--state-at", "--streams-endpoint", "--batch-size");
    }

    @Override
    List<String> words() {
        List<String> words = new ArrayList<>(List.of(
                place(sourceRegion, sourceEndpoint) + "/" + sourceTable,
                place(destinationRegion, destinationEndpoint) + "/" + destinationTable));
        add(words, "--name", name());
        add(words, "--streams-endpoint", sourceStreamsEndpoint == null ? null : url(sourceStreamsEndpoint));
        add(words, "--state-at", statePlace());
        add(words, "--batch-size", batchSize);
        add(words, "--metrics", dontPublishCloudwatch ? null : name());
        return words;
    }

    /** Empty: with the source. The library took an endpoint only together with a Region; here either is enough. */
    private @Nullable String statePlace() {
        if (kclRegion == null) {
            if (kclEndpoint != null) {
                return place(sourceRegion, kclEndpoint);
            }
            return null;
        }
        return place(kclRegion, kclEndpoint);
    }

    private static String place(String region, @Nullable String endpoint) {
        return endpoint == null ? region : region + "@" + url(endpoint);
    }

    private static String url(String endpoint) {
        String url = endpoint.matches("https?://.*") ? endpoint : "https://" + endpoint;
        return url.replaceFirst("/+$", "");
    }

    private String name() {
        if (taskName != null && !taskName.isEmpty()) {
            return PREFIX + taskName;
        }
        String task = sourceRegion + sourceTable + destinationRegion + destinationTable;
        return PREFIX + Digest.MD5.hexOf(task.getBytes(UTF_8));
    }
}
