package dev.lockstep.objects;

class MemoryStreamsTest extends ObjectStreamsContract {
    @Override
    ObjectStore create() {
        return new MemoryObjects("bucket");
    }
}
