package dev.lockstep.objects;

import java.net.URI;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.S3Client;

/** The contract over a bad network, straight to S3 where that is possible. */
class DirectFaultyObjectsTest extends FaultyObjectsTest {
    @Override
    S3Client connect(URI endpoint) {
        return TestS3.client(endpoint, new ExecutionInterceptor() {});
    }

    @Override
    S3Objects open(S3Client by, String bucket) {
        return TestS3.direct(by, bucket);
    }
}
