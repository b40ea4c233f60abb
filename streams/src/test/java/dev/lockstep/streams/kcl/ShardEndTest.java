package dev.lockstep.streams.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.DynamoRecord;
import dev.lockstep.change.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.kinesis.checkpoint.Checkpoint;
import software.amazon.kinesis.checkpoint.ShardRecordProcessorCheckpointer;
import software.amazon.kinesis.leases.ShardInfo;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.processor.Checkpointer;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** A shard's end is kept when the work was told of it, and not before: its children would begin. The checkpointer is KCL's own. */
class ShardEndTest {
    private static final String SHARD = "shardId-1";

    private final Kept kept = new Kept();
    private final ShardRecordProcessorCheckpointer checkpointer =
            new ShardRecordProcessorCheckpointer(new ShardInfo(SHARD, "", List.of(), null), kept);
    private final Told told = new Told();
    private final ShardProcessor processor = new ShardProcessor(told, 1_000, Duration.ofHours(1));

    /** Positions, as they would be written to the lease. */
    private static final class Kept implements Checkpointer {
        private final List<ExtendedSequenceNumber> positions = new ArrayList<>();

        @Override
        public void setCheckpoint(String lease, ExtendedSequenceNumber position, String token) {
            positions.add(position);
        }

        @Override
        public ExtendedSequenceNumber getCheckpoint(String lease) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Checkpoint getCheckpointObject(String lease) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void prepareCheckpoint(String lease, ExtendedSequenceNumber position, String token) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void prepareCheckpoint(String lease, ExtendedSequenceNumber position, String token, byte[] state) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void operation(String operation) {}

        @Override
        public String operation() {
            return "";
        }
    }

    private static final class Told implements ShardProcessor.Worker, ShardWork {
        private final ShardDesk desk = new ShardDesk(new Prefetch(1 << 20, 2).shard(), e -> {});
        private final List<String> words = new ArrayList<>();
        private Optional<Error> atTheEnd = Optional.empty();

        @Override
        public void process(String shardId, List<StreamRecord> records) {
            words.add(records.size() + " records");
        }

        @Override
        public void ended(String shardId) {
            atTheEnd.ifPresent(e -> {
                throw e;
            });
            words.add("ended");
        }

        @Override
        public ShardWork work() {
            return this;
        }

        @Override
        public void take(String shardId, ShardProcessor processor) {}

        @Override
        public void left(String shardId, ShardProcessor processor) {}

        @Override
        public ShardDesk desk(String shardId) {
            return desk;
        }

        @Override
        public Optional<Instant> pin(String shardId) {
            return Optional.empty();
        }

        @Override
        public boolean beginsAnywhere(String shardId) {
            return false;
        }

        @Override
        public void failed(Throwable failure) {
            words.add("failed");
        }

        @Override
        public void troubled(RuntimeException passing) {
            throw new AssertionError(passing);
        }
    }

    private void read(String sequence) {
        processor.initialize(InitializationInput.builder()
                .shardId(SHARD)
                .extendedSequenceNumber(ExtendedSequenceNumber.TRIM_HORIZON)
                .build());
        checkpointer.setInitialCheckpointValue(ExtendedSequenceNumber.TRIM_HORIZON);
        ReadRecord record = new ReadRecord(
                new DynamoRecord(Record.builder()
                        .eventName(OperationType.INSERT)
                        .dynamodb(d ->
                                d.keys(Map.of("id", AttributeValue.fromS("a"))).sequenceNumber(sequence))
                        .build()),
                Instant.now(),
                400);
        checkpointer.largestPermittedCheckpointValue(
                new ExtendedSequenceNumber(record.sequenceNumber(), record.subSequenceNumber()));
        processor.processRecords(ProcessRecordsInput.builder()
                .records(new ArrayList<>(List.of(record)))
                .checkpointer(checkpointer)
                .build());
    }

    /** As KCL's task for a shard's end does. */
    private void end() {
        checkpointer.sequenceNumberAtShardEnd(checkpointer.largestPermittedCheckpointValue());
        checkpointer.largestPermittedCheckpointValue(ExtendedSequenceNumber.SHARD_END);
        processor.shardEnded(
                ShardEndedInput.builder().checkpointer(checkpointer).build());
    }

    @Test
    void theEndIsKeptAfterTheWorkWasToldOfIt() {
        read("123");
        end();
        assertThat(told.words).containsExactly("1 records", "ended");
        assertThat(kept.positions).containsExactly(ExtendedSequenceNumber.SHARD_END);
    }

    @Test
    void anEndThatComesWhileTheWorkerStopsIsNotKeptWithTheLastPosition() throws InterruptedException {
        read("123");
        processor.drain();
        end();
        processor.finish(0);
        assertThat(told.words).containsExactly("1 records");
        assertThat(kept.positions).containsExactly(new ExtendedSequenceNumber("123", 0L));
    }

    @Test
    void anEndThatTheWorkDidNotSurviveIsNotKeptWithTheLastPosition() throws InterruptedException {
        read("123");
        told.atTheEnd = Optional.of(new OutOfMemoryError("a test's"));
        end();
        processor.drain();
        processor.finish(0);
        assertThat(kept.positions).doesNotContain(ExtendedSequenceNumber.SHARD_END);
        assertThat(told.words).as("the worker ends").contains("failed");
    }
}
