package dev.lockstep.streams.kcl;

import dev.lockstep.change.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.KinesisClientLibDependencyException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.exceptions.ThrottlingException;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * One shard's records from KCL to the work, and its position back.
 *
 * <p>No failure ever reaches KCL, which would pass over the records and print them. Instead the processor <em>closes</em>: from
 * then on it takes records and does nothing with them, and since it does not move the position either, they come again
 * to whoever holds the shard next.
 *
 * <p>KCL calls it from one thread at a time; {@link #cancel} and {@link #status} come from others.
 */
final class ShardProcessor implements ShardRecordProcessor {
    private static final Duration TIP = Duration.ofSeconds(5);
    private static final Duration CLOCKS = Duration.ofMinutes(2);
    private static final long RETRY_MILLIS = 500;

    /** The worker, as its shards see it. */
    interface Worker {
        ShardWork work();

        /** Returns when no other thread of this process works on the shard any more. */
        void take(String shardId, ShardProcessor processor) throws InterruptedException;

        void left(String shardId, ShardProcessor processor);

        ShardDesk desk(String shardId);

        Optional<Instant> pin(String shardId);

        boolean beginsAnywhere(String shardId);

        void failed(Throwable failure);

        void troubled(RuntimeException passing);
    }

    private final Worker worker;
    private final int mostRecords;
    private final long checkpointNanos;

    private final Object hand = new Object();
    private @Nullable Thread processing;
    private boolean draining;
    private boolean closed;
    private boolean opened;
    private boolean left;

    private String shardId = "";
    private @Nullable ShardDesk desk;
    private @Nullable Instant notBefore;
    private @Nullable String unkept;
    private long keptNanos = System.nanoTime();
    private int emptyReads;
    private @Nullable RecordProcessorCheckpointer checkpointer;
    private volatile WorkerStatus.Shard status =
            new WorkerStatus.Shard("", Optional.empty(), Optional.empty(), 0, 0, false);

    ShardProcessor(Worker worker, int mostRecords, Duration checkpoint) {
        this.worker = worker;
        this.mostRecords = mostRecords;
        this.checkpointNanos = checkpoint.toNanos();
    }

    @Override
    public void initialize(InitializationInput input) {
        shardId = input.shardId();
        status = new WorkerStatus.Shard(shardId, Optional.empty(), Optional.empty(), 0, 0, false);
        if (isClosed()) {
            return;
        }
        ShardDesk ours = worker.desk(shardId);
        desk = ours;
        ShardWork.Beginning from;
        try {
            from = beginning(input.extendedSequenceNumber());
            worker.take(shardId, this);
            notBefore = worker.pin(shardId).map(at -> at.minus(CLOCKS)).orElse(null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted");
        } catch (RuntimeException e) {
            worker.troubled(e);
            throw e; // KCL tries again
        }
        synchronized (hand) {
            if (closed) {
                return;
            }
            opened = true;
        }
        worker.work().opened(shardId, from);
        ours.open();
    }

    private ShardWork.Beginning beginning(ExtendedSequenceNumber position) {
        String sequence = position.sequenceNumber();
        return position.isSentinelCheckpoint()
                ? new ShardWork.Beginning(
                        Optional.empty(),
                        position.equals(ExtendedSequenceNumber.TRIM_HORIZON) && !worker.beginsAnywhere(shardId))
                : new ShardWork.Beginning(Optional.of(sequence), false);
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
        if (!enter()) {
            return;
        }
        try {
            checkpointer = input.checkpointer();
            List<ReadRecord> read = ours(input.records());
            List<StreamRecord> wanted = wanted(read);
            if (!wanted.isEmpty()) {
                worker.work().process(shardId, wanted);
            } else if (read.isEmpty() && input.cacheEntryTime() != null) {
                worker.work().nothingNew(shardId, desk().serviceTime(input.cacheEntryTime()));
            }
            if (!isClosed()) {
                processed(read, input);
            }
        } catch (Throwable t) {
            if (close()) {
                worker.failed(t);
            }
        } finally {
            leave();
        }
    }

    private boolean enter() {
        synchronized (hand) {
            if (closed || draining) {
                return false;
            }
            processing = Thread.currentThread();
            desk().processing(true);
            return true;
        }
    }

    private boolean isClosed() {
        synchronized (hand) {
            return closed;
        }
    }

    private void leave() {
        synchronized (hand) {
            processing = null;
            desk().processing(false);
            var unused = Thread.interrupted(); // the interrupt was for the work, not for KCL's thread
            hand.notifyAll();
        }
        leaveIfClosed();
    }

    private static List<ReadRecord> ours(List<KinesisClientRecord> records) {
        List<ReadRecord> ours = new ArrayList<>(records.size());
        for (KinesisClientRecord record : records) {
            ours.add((ReadRecord) record);
        }
        return ours;
    }

    private List<StreamRecord> wanted(List<ReadRecord> read) {
        Instant start = notBefore;
        return read.stream()
                .filter(record -> start == null || !record.created().isBefore(start))
                .map(ReadRecord::record)
                .toList();
    }

    private void processed(List<ReadRecord> read, ProcessRecordsInput input) {
        if (read.isEmpty()) {
            emptyReads++;
            if (emptyReads > 1) {
                status = at(status.sequence(), status.recordTime(), 0, status.records(), true);
            }
        } else {
            desk().prefetched().processed();
            emptyReads = 0;
            ReadRecord last = read.get(read.size() - 1);
            long behind = Optional.ofNullable(input.millisBehindLatest()).orElse(0L);
            boolean tip = read.size() < mostRecords && behind < TIP.toMillis();
            status = at(
                    Optional.of(last.sequenceNumber()),
                    Optional.of(last.created()),
                    behind,
                    status.records() + read.size(),
                    tip);
            unkept = last.sequenceNumber();
        }
        if (System.nanoTime() - keptNanos >= checkpointNanos) {
            keep();
        }
    }

    private WorkerStatus.Shard at(
            Optional<String> sequence, Optional<Instant> time, long behind, long records, boolean tip) {
        return new WorkerStatus.Shard(shardId, sequence, time, behind, records, tip);
    }

    /** Keeps the position, if it can be kept now; otherwise it is tried again at the next read. */
    private void keep() {
        String sequence = unkept;
        RecordProcessorCheckpointer to = checkpointer;
        if (sequence == null || to == null) {
            return;
        }
        try {
            to.checkpoint(sequence);
            unkept = null;
            keptNanos = System.nanoTime();
        } catch (ShutdownException e) {
            close(); // the shard was lost
        } catch (ThrottlingException | KinesisClientLibDependencyException | InvalidStateException e) {
            worker.troubled(new IllegalStateException("the position of " + shardId + " could not be kept", e));
        }
    }

    /** The shard goes to another process. */
    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
        if (enter()) {
            try {
                checkpointer = input.checkpointer();
                keep();
                close();
            } finally {
                leave();
            }
        }
    }

    /** All records of the shard were processed: only now its children may begin. */
    @Override
    public void shardEnded(ShardEndedInput input) {
        while (enter()) {
            try {
                worker.work().ended(shardId);
                if (isClosed()) {
                    return;
                }
                input.checkpointer().checkpoint();
                unkept = null;
                close();
                return;
            } catch (ShutdownException e) {
                close();
            } catch (ThrottlingException | KinesisClientLibDependencyException | InvalidStateException e) {
                worker.troubled(new IllegalStateException("the end of " + shardId + " could not be kept", e));
                pause();
            } catch (Throwable t) {
                if (close()) {
                    worker.failed(t);
                }
                return;
            } finally {
                leave();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
        cancel();
    }

    /** Takes no more records, interrupts the work on those in hand, and leaves the position where it is. */
    void cancel() {
        close();
        synchronized (hand) {
            if (processing != null && processing != Thread.currentThread()) {
                processing.interrupt();
            }
        }
        leaveIfClosed();
    }

    /** Takes no more records; those in hand are finished. */
    void drain() {
        synchronized (hand) {
            draining = true;
        }
    }

    /** After {@link #drain}: waits until the records in hand are processed; interrupts that after so long. Then closes. */
    void finish(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        synchronized (hand) {
            while (processing != null && !closed) {
                long rest = (end - System.nanoTime()) / 1_000_000;
                if (rest <= 0) {
                    break;
                }
                hand.wait(rest);
            }
            if (processing == null && !closed) {
                keep();
            }
        }
        cancel();
    }

    /** @return whether it was open */
    private boolean close() {
        synchronized (hand) {
            boolean first = !closed;
            closed = true;
            return first;
        }
    }

    private void leaveIfClosed() {
        synchronized (hand) {
            if (!closed || left || processing != null) {
                return;
            }
            left = true;
        }
        ShardDesk ours = desk;
        if (ours != null) {
            ours.prefetched().clear();
        }
        if (opened) {
            worker.work().closed(shardId);
        }
        worker.left(shardId, this);
        synchronized (hand) {
            hand.notifyAll();
        }
    }

    /** Returns when {@link ShardWork#closed} was called. */
    void awaitLeft() throws InterruptedException {
        synchronized (hand) {
            while (!left) {
                hand.wait(RETRY_MILLIS);
            }
        }
    }

    WorkerStatus.Shard status() {
        return status;
    }

    boolean worksAt(ShardDesk one) {
        return desk == one;
    }

    private ShardDesk desk() {
        return Objects.requireNonNull(desk, "initialized");
    }

    /** For how long the shard made no progress. */
    long stalledNanos() {
        ShardDesk ours = desk;
        return ours == null ? 0 : ours.stalledNanos();
    }
}
