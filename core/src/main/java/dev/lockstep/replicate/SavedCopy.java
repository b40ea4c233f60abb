package dev.lockstep.replicate;

import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.SegmentState;
import dev.lockstep.table.Segment;
import java.util.Map;

/** A copy's positions in a {@link Checkpoint}. Thread-safe. */
public final class SavedCopy implements CopyCheckpoint {
    private static final String ITEMS = "items";

    private final Checkpoint checkpoint;

    /** @param checkpoint the caller's to close */
    public SavedCopy(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
    }

    @Override
    public boolean begun() {
        return checkpoint.begun();
    }

    @Override
    public int begin(int proposed) {
        return checkpoint.begin(proposed);
    }

    @Override
    public Position of(Segment segment) {
        SegmentState state = checkpoint.of(segment.index());
        return new Position(state.done(), state.after(), state.count(ITEMS));
    }

    @Override
    public long itemsOfOthers() {
        return checkpoint.countOfDone(ITEMS);
    }

    @Override
    public void copied(Segment segment, Position position) {
        Map<String, Long> counts = Map.of(ITEMS, position.items());
        if (position.done()) {
            checkpoint.done(segment.index(), counts);
        } else {
            checkpoint.running(segment.index(), SegmentState.running(position.after(), counts));
        }
        checkpoint.save();
    }

    @Override
    public void finish() {
        checkpoint.finish();
    }
}
