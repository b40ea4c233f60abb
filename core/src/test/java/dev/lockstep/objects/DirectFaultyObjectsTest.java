package dev.lockstep.objects;

import software.amazon.awssdk.services.s3.S3Client;

/** The contract over a bad network, straight to S3 where that is possible. */
class DirectFaultyObjectsTest extends FaultyObjectsTest {
    @Override
    S3Objects open(S3Client by, String bucket) {
        return TestS3.direct(by, bucket);
    }
}
