package dev.lockstep.replicate;

import dev.lockstep.table.Key;
import dev.lockstep.table.Segment;
import org.jspecify.annotations.Nullable;

/** How far each segment of a copy has come, so that a copy that was cut off goes on there. Thread-safe. */
public interface CopyCheckpoint {
    /**
     * @param after the last key that was read; null at the beginning
     * @param items copied so far
     */
    record Position(boolean done, @Nullable Key after, long items) {
        public static final Position BEGINNING = new Position(false, null, 0);
    }

    Position of(Segment segment);

    /** The segment has come so far: its items are durable at all destinations. Durable when this returns. */
    void copied(Segment segment, Position position);

    /** A copy that starts anew each time. */
    CopyCheckpoint NONE = new CopyCheckpoint() {
        @Override
        public Position of(Segment segment) {
            return Position.BEGINNING;
        }

        @Override
        public void copied(Segment segment, Position position) {}
    };
}
