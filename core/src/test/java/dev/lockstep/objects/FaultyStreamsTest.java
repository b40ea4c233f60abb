package dev.lockstep.objects;

import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The contract over a bad network and a busy service. Bodies are not corrupted here: what a reader has handed out cannot be
 * taken back, and an object that came in parts has no MD5.
 */
class FaultyStreamsTest extends ObjectStreamsContract {
    private static final RetryPolicy PATIENT = new RetryPolicy(40, Duration.ofMillis(1), Duration.ofMillis(4));

    private final FaultProxy proxy = TestS3.proxy();
    private final S3Client client = TestS3.client(proxy.endpoint());

    @Override
    ObjectStore create() {
        // Each write and each read meets a fault, whatever the others draw.
        proxy.on("PutObject").times(1).inject(Fault.internalErrorAfter());
        proxy.on("UploadPart").times(1).inject(Fault.resetAfter());
        proxy.on("CompleteMultipartUpload").times(1).inject(Fault.resetAfter());
        proxy.on("GetObject").skip(1).times(1).inject(Fault.truncatedBody());
        proxy.on("ListObjectVersions").times(1).inject(Fault.truncatedBody());
        long seed = 1;
        for (Fault fault : List.of(
                Fault.slowDown(),
                Fault.internalErrorBefore(),
                Fault.internalErrorAfter(),
                Fault.resetBefore(),
                Fault.resetAfter(),
                Fault.truncatedBody(),
                Fault.lostBody())) {
            proxy.on("*").probability(0.07, seed++).inject(fault);
        }
        return RetryingObjects.over(new S3Objects(client, TestS3.createBucket()), PATIENT, RetryingTable.Listener.NONE);
    }

    @Override
    ObjectStore calm(ObjectStore created) {
        return new S3Objects(TestS3.client(), created.name().substring("s3://".length()));
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
    }
}
