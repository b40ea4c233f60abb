package dev.lockstep.streams.kcl;

import dev.lockstep.change.StreamRecord;
import java.nio.ByteBuffer;
import java.time.Instant;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * A record on its way through KCL.
 *
 * <p>KCL wants each record's bytes, to count them, and prints records when something goes wrong. It gets zeros of the right
 * length, which all records share, and a text without any value of the item.
 */
final class ReadRecord extends KinesisClientRecord {
    private static final int MOST_BYTES = 1 << 20;
    /**
     * Positions are kept with 0 here. KCL takes the position of a shard's last record for the shard's end, from the moment on
     * when it wants to tell of that end, and would begin the children before {@link ShardWork#ended} was heard: so to KCL
     * no position that is kept is that of a record.
     */
    private static final long NO_POSITION = 1;

    private static final ByteBuffer ZEROS = ByteBuffer.allocate(MOST_BYTES).asReadOnlyBuffer();

    private final StreamRecord record;
    private final Instant created;
    private final long bytes;

    ReadRecord(StreamRecord record, Instant created, long bytes) {
        super(record.sequence(), created, zeros(bytes), "", EncryptionType.NONE, NO_POSITION, "", false, null);
        this.record = record;
        this.created = created;
        this.bytes = bytes;
    }

    private static ByteBuffer zeros(long bytes) {
        return ZEROS.duplicate().limit((int) Math.min(MOST_BYTES, bytes)).slice();
    }

    StreamRecord record() {
        return record;
    }

    Instant created() {
        return created;
    }

    /** About how much heap it takes. */
    long bytes() {
        return bytes;
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "record " + record.sequence();
    }
}
