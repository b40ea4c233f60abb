package dev.lockstep.streams;

import dev.lockstep.change.DynamoRecord;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** A primary in memory whose writes leave records, in their order. Thread-safe. */
final class MemoryStream {
    final MemoryTable table;
    private final List<StreamRecord> records = new ArrayList<>();

    MemoryStream(MemoryTable table) {
        this.table = table;
    }

    /** Writes an item, or deletes it where it is null; both seen at once by readers of the table and of the stream. */
    synchronized void write(Key key, @Nullable Item item) {
        table.write(List.of(Write.making(key, item)));
        Record record = Record.builder()
                .eventName(item == null ? "REMOVE" : "MODIFY")
                .dynamodb(d -> d.keys(key.attributes())
                        .newImage(item == null ? null : item.attributes())
                        .sequenceNumber("" + (100_000 + records.size()))
                        .streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)
                        .approximateCreationDateTime(Instant.now()))
                .build();
        records.add(new DynamoRecord(record));
    }

    synchronized List<StreamRecord> after(int position, int most) {
        return List.copyOf(records.subList(position, Math.min(records.size(), position + most)));
    }

    synchronized int end() {
        return records.size();
    }

    /** Reads on from a position that survives it, as the Kinesis Client Library does. */
    static class Reader implements Replication.Reader {
        private final MemoryStream stream;
        private final Replication replication;
        private final Position position;
        private volatile boolean stopped;
        private volatile boolean atTip;

        Reader(MemoryStream stream, Replication replication, Position position) {
            this.stream = stream;
            this.replication = replication;
            this.position = position;
        }

        @Override
        public void run() {
            while (!stopped) {
                List<StreamRecord> some = stream.after(position.done, 50);
                atTip = some.isEmpty();
                if (some.isEmpty()) {
                    try {
                        Thread.sleep(2);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                } else {
                    replication.apply("shard", some);
                    position.done += some.size();
                }
            }
        }

        @Override
        public void stop() {
            stopped = true;
        }

        @Override
        public boolean everyShardIsRead() {
            return true;
        }

        @Override
        public boolean atTip() {
            return atTip;
        }
    }

    /** The checkpoint. */
    static final class Position {
        volatile int done;

        Position(int done) {
            this.done = done;
        }
    }
}
