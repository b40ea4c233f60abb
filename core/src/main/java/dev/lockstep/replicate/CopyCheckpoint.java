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

    /** Whether an earlier run has begun to write. */
    default boolean begun() {
        return false;
    }

    /**
     * The copy is about to write.
     *
     * @param proposed into how many segments it would divide the table
     * @return into how many it must
     */
    default int begin(int proposed) {
        return proposed;
    }

    /** Items of segments that are done which {@link #of} does not tell. */
    default long itemsOfOthers() {
        return 0;
    }

    /** All is copied. */
    default void finish() {}

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
