package dev.lockstep.local.streams;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.ListShardsResponse;

/** A client of one reader, which the call log names. It answers on the caller's thread. Closed, it refuses calls. Thread-safe. */
final class KinesisReader implements KinesisAsyncClient {
    private final FakeKinesis kinesis;
    private final String name;
    private volatile boolean closed;

    KinesisReader(FakeKinesis kinesis, String name) {
        this.kinesis = kinesis;
        this.name = name;
    }

    @Override
    public CompletableFuture<DescribeStreamSummaryResponse> describeStreamSummary(DescribeStreamSummaryRequest asked) {
        return serve(FakeKinesis.DESCRIBE_STREAM_SUMMARY, null, (answers, now) -> answers.summary(asked));
    }

    @Override
    public CompletableFuture<ListShardsResponse> listShards(ListShardsRequest asked) {
        return serve(FakeKinesis.LIST_SHARDS, null, (answers, now) -> answers.shards(asked, now));
    }

    @Override
    public CompletableFuture<GetShardIteratorResponse> getShardIterator(GetShardIteratorRequest asked) {
        return serve(FakeKinesis.GET_SHARD_ITERATOR, asked.shardId(), (answers, now) -> answers.iterator(asked, now));
    }

    @Override
    public CompletableFuture<GetRecordsResponse> getRecords(GetRecordsRequest asked) {
        IteratorToken from = IteratorToken.read(asked.shardIterator()).orElse(null);
        return serve(
                FakeKinesis.GET_RECORDS,
                from == null ? null : from.shard(),
                (answers, now) -> answers.records(asked, from, now));
    }

    private <T> CompletableFuture<T> serve(
            String api, @Nullable String shard, BiFunction<KinesisAnswers, Instant, T> answer) {
        if (closed) {
            throw new IllegalStateException("this client is closed");
        }
        try {
            return CompletableFuture.completedFuture(kinesis.serve(api, shard, name, answer));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public KinesisServiceClientConfiguration serviceClientConfiguration() {
        return kinesis.serviceClientConfiguration();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        closed = true;
    }
}
