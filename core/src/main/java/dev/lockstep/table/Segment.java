package dev.lockstep.table;

import dev.lockstep.InvalidSettingsException;

/** One of {@code total} parts of a parallel scan, counted from 0. DynamoDB takes up to 1,000,000 parts. */
public record Segment(int index, int total) {
    public static final int MAX_TOTAL = 1_000_000;

    public Segment {
        if (total < 1 || total > MAX_TOTAL) {
            throw new InvalidSettingsException(
                    "check", "segments", total + " is not between 1 and 1,000,000", "Choose another number");
        }
        if (index < 0 || index >= total) {
            throw new InvalidSettingsException(
                    "check",
                    "segment",
                    index + " is not between 0 and " + (total - 1),
                    "Segments are counted from 0 to the total less one");
        }
    }

    @Override
    public String toString() {
        return index + " of " + total;
    }
}
