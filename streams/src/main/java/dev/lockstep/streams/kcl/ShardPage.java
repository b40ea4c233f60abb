package dev.lockstep.streams.kcl;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.kinesis.retrieval.GetRecordsResponseAdapter;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * One answer of GetRecords, in the form that KCL wants.
 *
 * @param next where the next read begins; null at the shard's end
 * @param behind milliseconds between the last change and the read; null where there was none
 * @param children the shards that follow this one, at its end
 * @param told the service's time, where it says
 */
record ShardPage(
        List<ReadRecord> read,
        @Nullable String next,
        @Nullable Long behind,
        List<ChildShard> children,
        String request,
        Optional<Instant> told)
        implements GetRecordsResponseAdapter {

    static ShardPage end(List<ChildShard> children) {
        return new ShardPage(List.of(), null, null, children, "", Optional.empty());
    }

    long bytes() {
        return read.stream().mapToLong(ReadRecord::bytes).sum();
    }

    /** A list of its own each time: KCL takes elements out of it. */
    @Override
    public List<KinesisClientRecord> records() {
        return new ArrayList<>(read);
    }

    @Override
    @SuppressWarnings("NullAway") // KCL's interface says nothing of null, its code expects it
    public Long millisBehindLatest() {
        return behind;
    }

    @Override
    public List<ChildShard> childShards() {
        return children;
    }

    @Override
    @SuppressWarnings("NullAway")
    public String nextShardIterator() {
        return next;
    }

    @Override
    public String requestId() {
        return request;
    }

    /** No values: KCL logs what it holds. */
    @Override
    public String toString() {
        return "ShardPage[" + read.size() + " records]";
    }
}
