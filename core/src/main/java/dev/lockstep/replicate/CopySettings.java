package dev.lockstep.replicate;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table.Consistency;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How to copy. {@link #DEFAULT} copies whole tables into empty ones.
 *
 * @param segments into how many parts the primary is divided; empty: by its size
 * @param onlySegment only this one of them, to spread a job over machines
 * @param parallel segments read at once; fewer where the heap is small
 * @param overwrite whether destinations may hold items
 * @param dryRun read and count, write nothing
 * @param reads strong where what was written before the copy began must be in it for certain; that costs double
 */
public record CopySettings(
        OptionalInt segments,
        Optional<Segment> onlySegment,
        int parallel,
        boolean overwrite,
        boolean dryRun,
        Consistency reads,
        RetryPolicy retry) {
    public static final CopySettings DEFAULT =
            new CopySettings(OptionalInt.empty(), Optional.empty(), 8, false, false, RetryPolicy.DEFAULT);

    /** With eventually consistent reads. */
    public CopySettings(
            OptionalInt segments,
            Optional<Segment> onlySegment,
            int parallel,
            boolean overwrite,
            boolean dryRun,
            RetryPolicy retry) {
        this(segments, onlySegment, parallel, overwrite, dryRun, Consistency.EVENTUAL, retry);
    }

    public CopySettings {
        segments.ifPresent(total -> new Segment(0, total));
        if (parallel < 1 || parallel > 1000) {
            throw new InvalidSettingsException("check", "the setting 'parallel'", "it must be between 1 and 1000", "");
        }
    }
}
