package dev.lockstep.objects;

import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.services.s3.S3Client;

/** The contract over a bad network and a busy service. */
class FaultyObjectsTest extends ObjectStoreContract {
    private static final RetryPolicy PATIENT = new RetryPolicy(40, Duration.ofMillis(1), Duration.ofMillis(4));

    private final FaultProxy proxy = TestS3.proxy();
    private final S3Client client = TestS3.client(proxy.endpoint());

    @Override
    ObjectStore create() {
        long seed = 1;
        for (Fault fault : List.of(
                Fault.slowDown(),
                Fault.internalErrorBefore(),
                Fault.internalErrorAfter(),
                Fault.resetBefore(),
                Fault.resetAfter(),
                Fault.truncatedBody(),
                Fault.lostBody(),
                Fault.corruptBody())) {
            proxy.on("*").probability(0.07, seed++).inject(fault);
        }
        proxy.on("PutObject").times(1).inject(Fault.internalErrorAfter());
        return RetryingObjects.over(open(client, TestS3.createBucket()), PATIENT, RetryingTable.Listener.NONE);
    }

    S3Objects open(S3Client by, String bucket) {
        return new S3Objects(by, bucket);
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
    }
}
