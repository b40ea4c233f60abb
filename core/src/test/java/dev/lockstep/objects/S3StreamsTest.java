package dev.lockstep.objects;

class S3StreamsTest extends ObjectStreamsContract {
    @Override
    ObjectStore create() {
        return TestS3.bucket();
    }
}
