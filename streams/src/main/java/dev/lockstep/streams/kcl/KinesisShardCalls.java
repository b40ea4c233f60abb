package dev.lockstep.streams.kcl;

import dev.lockstep.change.KinesisRecord;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.kinesis.retrieval.RetryableRetrievalException;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** Reads shards of a Kinesis stream. */
final class KinesisShardCalls implements ShardCalls {
    private static final String LATEST = ExtendedSequenceNumber.LATEST.sequenceNumber();
    private static final String TRIM_HORIZON = ExtendedSequenceNumber.TRIM_HORIZON.sequenceNumber();
    private static final long RECORD_HEAP = 400;

    private final KinesisAsyncClient client;
    private final KinesisSource source;

    KinesisShardCalls(KinesisAsyncClient client, KinesisSource source) {
        this.client = client;
        this.source = source;
    }

    @Override
    public String iterator(String shardId, String position) {
        GetShardIteratorRequest.Builder request =
                GetShardIteratorRequest.builder().streamARN(source.arn()).shardId(shardId);
        if (position.equals(LATEST)) {
            request.shardIteratorType(ShardIteratorType.LATEST);
        } else if (position.equals(TRIM_HORIZON)) {
            request.shardIteratorType(ShardIteratorType.TRIM_HORIZON);
        } else {
            request.shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER).startingSequenceNumber(position);
        }
        try {
            return source.answer(client.getShardIterator(request.build())).shardIterator();
        } catch (ResourceNotFoundException e) {
            throw vanished(shardId, position, e);
        }
    }

    @Override
    public ShardPage read(String shardId, String iterator) {
        try {
            GetRecordsResponse answer = source.answer(client.getRecords(request ->
                    request.streamARN(source.arn()).shardIterator(iterator).limit(source.mostRecords())));
            List<ReadRecord> records =
                    answer.records().stream().map(KinesisShardCalls::record).toList();
            return new ShardPage(
                    records,
                    answer.nextShardIterator(),
                    answer.millisBehindLatest(),
                    answer.hasChildShards() ? answer.childShards() : List.of(),
                    Optional.ofNullable(answer.responseMetadata())
                            .map(meta -> meta.requestId())
                            .orElse(""),
                    ServiceTime.of(answer));
        } catch (ExpiredIteratorException e) {
            throw new ExpiredIterator(e);
        } catch (ResourceNotFoundException e) {
            throw vanished(shardId, "the last position", e);
        }
    }

    @Override
    public boolean young(String shardId, Instant lastRead) {
        return true; // Kinesis never says "trimmed"
    }

    @Override
    public String firstIterator(String shardId) {
        return iterator(shardId, TRIM_HORIZON);
    }

    private RuntimeException vanished(String shardId, String position, ResourceNotFoundException e) {
        source.describe();
        if (!source.shardIds().contains(shardId)) {
            return source.lost(shardId, position);
        }
        return new RetryableRetrievalException("the shard was not found, but is listed", e);
    }

    private static ReadRecord record(Record record) {
        byte[] data = record.data().asByteArrayUnsafe();
        Instant created = Objects.requireNonNullElse(record.approximateArrivalTimestamp(), Instant.EPOCH);
        return new ReadRecord(new KinesisRecord(data, record.sequenceNumber()), created, RECORD_HEAP + data.length);
    }
}
