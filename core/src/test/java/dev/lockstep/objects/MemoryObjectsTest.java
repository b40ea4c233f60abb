package dev.lockstep.objects;

class MemoryObjectsTest extends ObjectStoreContract {
    @Override
    ObjectStore create() {
        return new MemoryObjects("bucket");
    }
}
