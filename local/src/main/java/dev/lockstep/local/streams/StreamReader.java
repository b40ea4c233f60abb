package dev.lockstep.local.streams;

import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.ListStreamsRequest;
import software.amazon.awssdk.services.dynamodb.model.ListStreamsResponse;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsServiceClientConfiguration;

/** A client of one reader, which the call log names. Closed, it refuses calls. Thread-safe. */
final class StreamReader implements DynamoDbStreamsClient {
    private final FakeStreams streams;
    private final String name;
    private volatile boolean closed;

    StreamReader(FakeStreams streams, String name) {
        this.streams = streams;
        this.name = name;
    }

    @Override
    public ListStreamsResponse listStreams(ListStreamsRequest request) {
        return streams.serve(FakeStreams.LIST_STREAMS, null, open(), (answers, now) -> answers.list(request, now));
    }

    @Override
    public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
        return streams.serve(
                FakeStreams.DESCRIBE_STREAM, null, open(), (answers, now) -> answers.describe(request, now));
    }

    @Override
    public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
        return streams.serve(
                FakeStreams.GET_SHARD_ITERATOR,
                request.shardId(),
                open(),
                (answers, now) -> answers.iterator(request, now));
    }

    @Override
    public GetRecordsResponse getRecords(GetRecordsRequest request) {
        IteratorToken from = IteratorToken.read(request.shardIterator()).orElse(null);
        return streams.serve(
                FakeStreams.GET_RECORDS,
                from == null ? null : from.shard(),
                open(),
                (answers, now) -> answers.records(request, from, now));
    }

    private String open() {
        if (closed) {
            throw new IllegalStateException("this client is closed");
        }
        return name;
    }

    @Override
    public DynamoDbStreamsServiceClientConfiguration serviceClientConfiguration() {
        return streams.serviceClientConfiguration();
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
