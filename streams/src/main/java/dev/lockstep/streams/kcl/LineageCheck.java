package dev.lockstep.streams.kcl;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Sees shards that the stream dropped before they were read to their ends. KCL deletes their leases, begins their
 * descendants at the oldest change there is, and says nothing.
 */
final class LineageCheck {
    private final StreamSource source;
    private final LeaseTable leases;
    private final Consumer<RuntimeException> failures;

    LineageCheck(StreamSource source, LeaseTable leases, Consumer<RuntimeException> failures) {
        this.source = source;
        this.leases = leases;
        this.failures = failures;
    }

    /** @throws LostChangesException where changes were lost */
    void check() {
        Map<String, String> positions = leases.rows().unread();
        Set<String> listed = source.shardIds(); // after the leases, which may have come meanwhile
        Optional<Map.Entry<String, String>> dropped = positions.entrySet().stream()
                .filter(lease -> !listed.contains(lease.getKey()))
                .findFirst();
        if (dropped.isPresent()) {
            LostChangesException lost = source.lost(
                    dropped.get().getKey(), "sequence number " + dropped.get().getValue());
            failures.accept(lost);
            throw lost;
        }
    }
}
