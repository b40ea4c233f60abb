package dev.lockstep.objects;

import software.amazon.awssdk.services.s3.S3Client;

/** What goes straight to S3 fails as what goes by its client. */
class DirectFailuresTest extends S3FailuresTest {
    @Override
    S3Objects open(S3Client by, String bucket) {
        return TestS3.direct(by, bucket);
    }
}
