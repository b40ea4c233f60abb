package dev.lockstep.streams.kcl;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Sees shards that the stream dropped before they were read to their ends. KCL deletes their leases, begins their
 * descendants at the oldest change there is, and says nothing.
 */
final class LineageCheck {
    private static final String SHARD_END = ExtendedSequenceNumber.SHARD_END.sequenceNumber();

    private final StreamSource source;
    private final Consumer<RuntimeException> failures;

    LineageCheck(StreamSource source, Consumer<RuntimeException> failures) {
        this.source = source;
        this.failures = failures;
    }

    /**
     * @param positions of the leases, by shard, as they were before the shards were listed
     * @throws LostChangesException where changes were lost
     */
    void check(Map<String, String> positions, Set<String> shardIds) {
        Optional<Map.Entry<String, String>> dropped = positions.entrySet().stream()
                .filter(lease -> !lease.getValue().equals(SHARD_END) && !shardIds.contains(lease.getKey()))
                .findFirst();
        if (dropped.isPresent()) {
            LostChangesException lost = source.lost(
                    dropped.get().getKey(), "sequence number " + dropped.get().getValue());
            failures.accept(lost);
            throw lost;
        }
    }
}
