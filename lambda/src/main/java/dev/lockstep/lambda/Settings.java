package dev.lockstep.lambda;

import dev.lockstep.objects.ObjectRef;
import dev.lockstep.table.TableRef;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/**
 * What a function does; made by {@link Environment}, which has looked at all of it.
 *
 * @param replicas tables to write to; {@link Replicate} has at least one
 * @param folders to write to, each with a folder of the table's name in it; {@link Backup} has at least one
 * @param primary where it is named: asked for what the stream does not tell
 * @param guard the table in each replica's Region that remembers the order of changes
 * @param deadLetters where records go that can never be applied; without it Lambda is told of them
 * @param changeLog whether every change is kept beside the folders, too
 * @param reportsItemFailures whether the event source mapping heeds a partial answer
 * @param metrics the namespace in CloudWatch
 */
record Settings(
        List<Replica> replicas,
        List<ObjectRef> folders,
        Optional<TableRef> primary,
        Optional<String> guard,
        Optional<ObjectRef> deadLetters,
        Filter filter,
        boolean changeLog,
        boolean reportsItemFailures,
        Optional<String> metrics,
        Places places) {

    /** A replica, and the keys to it where they are not the function's own. */
    record Replica(TableRef table, Optional<AwsBasicCredentials> credentials) {}

    /**
     * Where the services are, where references do not say.
     *
     * @param region Lambda's own
     */
    record Places(
            Optional<String> region,
            Optional<String> bucketRegion,
            Optional<URI> dynamoEndpoint,
            Optional<URI> bucketEndpoint) {}
}
