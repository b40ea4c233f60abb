package dev.lockstep.objects;

class S3ObjectsTest extends ObjectStoreContract {
    @Override
    ObjectStore create() {
        return TestS3.bucket();
    }
}
