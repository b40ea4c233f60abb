package dev.lockstep.restore;

import java.util.Map;

/** What came of some items. Used by one thread. */
final class Count {
    long written;
    long deleted;
    long skipped;
    long failed;

    Count(long written, long deleted, long skipped, long failed) {
        this.written = written;
        this.deleted = deleted;
        this.skipped = skipped;
        this.failed = failed;
    }

    Count() {
        this(0, 0, 0, 0);
    }

    Map<String, Long> map() {
        return Map.of("written", written, "deleted", deleted, "skipped", skipped, "failed", failed);
    }
}
