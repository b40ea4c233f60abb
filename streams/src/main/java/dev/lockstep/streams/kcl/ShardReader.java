package dev.lockstep.streams.kcl;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.retrieval.DataFetcherResult;
import software.amazon.kinesis.retrieval.GetRecordsResponseAdapter;
import software.amazon.kinesis.retrieval.RetryableRetrievalException;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;
import software.amazon.kinesis.retrieval.polling.DataFetcher;

/**
 * Reads one shard for KCL, in KCL's thread.
 *
 * <p>In place of the adapter's: that one calls on the common pool, takes a vanished stream for the shard's end, passes over
 * trimmed changes, and begins with the newest change again where the first iterator expired before any record came.
 */
final class ShardReader implements DataFetcher {
    private static final String LATEST = ExtendedSequenceNumber.LATEST.sequenceNumber();
    private static final String TRIM_HORIZON = ExtendedSequenceNumber.TRIM_HORIZON.sequenceNumber();
    private static final String SHARD_END = ExtendedSequenceNumber.SHARD_END.sequenceNumber();

    private final ShardCalls calls;
    private final StreamIdentifier stream;
    private final String shardId;
    private final ShardDesk desk;
    private final Clock clock;
    private final Predicate<String> beginsAnywhere;

    private boolean positioned;
    private Instant lastRead = Instant.MIN;
    private boolean beganWithLatest;
    private String position = TRIM_HORIZON;
    private @Nullable String iterator;
    private boolean ended;

    /** @param beginsAnywhere whether a shard may begin with whatever is left of it */
    ShardReader(
            ShardCalls calls,
            StreamIdentifier stream,
            String shardId,
            ShardDesk desk,
            Clock clock,
            Predicate<String> beginsAnywhere) {
        this.calls = calls;
        this.stream = stream;
        this.shardId = shardId;
        this.desk = desk;
        this.clock = clock;
        this.beginsAnywhere = beginsAnywhere;
    }

    @Override
    public void initialize(String checkpoint, InitialPositionInStreamExtended from) {
        advanceIteratorTo(checkpoint, from);
    }

    @Override
    public void initialize(ExtendedSequenceNumber checkpoint, InitialPositionInStreamExtended from) {
        advanceIteratorTo(checkpoint.sequenceNumber(), from);
    }

    @Override
    public void advanceIteratorTo(String sequence, InitialPositionInStreamExtended from) {
        position = sequence;
        if (sequence.equals(SHARD_END)) {
            iterator = null;
            ended = true;
        } else {
            restartIterator();
        }
        positioned = true;
    }

    @Override
    public void restartIterator() {
        try {
            iterator = freshIterator();
        } catch (RuntimeException e) {
            desk.failed(e);
            throw e;
        }
    }

    /**
     * After a record, asking for the next one tells whether it is gone. Before any there is only the oldest that is left, and
     * whether that is the first is found out where the shard is old enough.
     */
    private String freshIterator() {
        if (position.equals(LATEST) && !beganWithLatest) {
            beganWithLatest = true;
            return calls.iterator(shardId, LATEST);
        }
        // Whoever asks for the newest again would pass over what came since.
        String from = position.equals(LATEST) ? TRIM_HORIZON : position;
        boolean doubtful = from.equals(TRIM_HORIZON) && !calls.young(shardId, lastRead);
        return doubtful && !beginsAnywhere.test(shardId) ? calls.firstIterator(shardId) : calls.iterator(shardId, from);
    }

    @Override
    public void resetIterator(String shardIterator, String sequence, InitialPositionInStreamExtended from) {
        position = sequence;
        iterator = shardIterator;
        ended = shardIterator == null;
        desk.prefetched().clear();
    }

    @Override
    public DataFetcherResult getRecords() {
        if (!positioned) {
            throw new IllegalStateException("not positioned");
        }
        String from = iterator;
        if (from == null) {
            return new Result(ShardPage.end(List.of()));
        }
        awaitRoom();
        try {
            ShardPage page = calls.read(shardId, from);
            desk.read();
            lastRead = clock.instant();
            desk.told(page.told().orElse(lastRead));
            return new Result(page);
        } catch (ShardCalls.ExpiredIterator e) {
            restartIterator();
            throw new RetryableRetrievalException("iterator expired", e);
        } catch (ShardCalls.TrimmedIterator e) {
            restartIterator(); // DynamoDB Local says so of a shard that was empty when its iterator was taken
            throw new RetryableRetrievalException("iterator trimmed", e);
        } catch (RuntimeException e) {
            desk.failed(e);
            throw e;
        }
    }

    /** Gives up now and then: KCL's thread holds a lock meanwhile. */
    private void awaitRoom() {
        try {
            if (!desk.prefetched().awaitRoom()) {
                if (desk.idle()) {
                    desk.prefetched().clear();
                }
                throw new RetryableRetrievalException("enough in hand", null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RetryableRetrievalException("interrupted", e);
        }
    }

    private final class Result implements DataFetcherResult {
        private final ShardPage page;

        Result(ShardPage page) {
            this.page = page;
        }

        @Override
        public GetRecordsResponseAdapter getResultAdapter() {
            return page;
        }

        @Override
        public GetRecordsResponseAdapter acceptAdapter() {
            iterator = page.next();
            if (!page.read().isEmpty()) {
                position = page.read().get(page.read().size() - 1).sequenceNumber();
                desk.prefetched().read(page.bytes());
            }
            ended = iterator == null;
            return page;
        }

        @Override
        public boolean isShardEnd() {
            return ended;
        }

        @Override
        @Deprecated
        public GetRecordsResponse getResult() {
            throw new UnsupportedOperationException();
        }

        @Override
        @Deprecated
        public GetRecordsResponse accept() {
            throw new UnsupportedOperationException();
        }
    }

    @Override
    public StreamIdentifier getStreamIdentifier() {
        return stream;
    }

    @Override
    public boolean isShardEndReached() {
        return ended;
    }

    @Override
    public String getNextIterator(GetShardIteratorRequest request) {
        return calls.iterator(shardId, Objects.requireNonNullElse(request.startingSequenceNumber(), position));
    }

    @Override
    public GetRecordsResponse getGetRecordsResponse(GetRecordsRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public GetRecordsRequest getGetRecordsRequest(String nextIterator) {
        throw new UnsupportedOperationException();
    }

    @Override
    public GetRecordsResponse getRecords(String nextIterator) {
        throw new UnsupportedOperationException();
    }
}
