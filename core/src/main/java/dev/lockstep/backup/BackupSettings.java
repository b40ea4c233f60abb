package dev.lockstep.backup;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table.Consistency;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How to back up a table.
 *
 * @param jobId names the backup; the machines of one job, and the next run of one that was cut off, give the same
 * @param segments into how many parts the table is divided; empty: by its size
 * @param onlySegment only this one of them, to spread a job over machines
 * @param parallel segments read at once; fewer where the heap is small
 * @param reads strong where what was written before the backup began must be in it for certain; eventual reads cost half
 */
public record BackupSettings(
        String jobId,
        OptionalInt segments,
        Optional<Segment> onlySegment,
        int parallel,
        Consistency reads,
        RetryPolicy retry) {
    private static final String ID = "[A-Za-z0-9][A-Za-z0-9_.-]{0,99}";

    public BackupSettings {
        segments.ifPresent(total -> new Segment(0, total));
        if (!jobId.matches(ID)) {
            throw new InvalidSettingsException(
                    "check",
                    "job id '" + jobId.replaceAll("\\p{Cntrl}+", " ") + "'",
                    "it names a folder: letters, digits, '-', '_' and '.', at most 100",
                    "");
        }
        if (parallel < 1 || parallel > 1000) {
            throw new InvalidSettingsException("check", "the setting 'parallel'", "it must be between 1 and 1000", "");
        }
    }

    /** A whole table, by strong reads, under a new id. */
    public static BackupSettings of(String jobId) {
        return new BackupSettings(
                jobId, OptionalInt.empty(), Optional.empty(), 8, Consistency.STRONG, RetryPolicy.DEFAULT);
    }

    /** An id as DynamoDB's own exports have them: 14 digits that tell the time in milliseconds, and 8 of chance in hex. */
    public static String newJobId(Instant now) {
        return String.format(
                Locale.ROOT,
                "%014d-%08x",
                now.toEpochMilli(),
                ThreadLocalRandom.current().nextInt());
    }
}
