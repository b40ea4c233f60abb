package dev.lockstep.restore;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryPolicy;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * How to restore.
 *
 * @param only these keys; empty for all
 * @param overwrite whether items that the table holds may be replaced
 * @param deleteExtra whether what the source does not have is deleted
 * @param dryRun read and count; write nothing
 * @param undoLog takes what is replaced or deleted
 * @param parallel files read at once
 * @param temporary a folder for about 36 bytes a key
 */
public record RestoreSettings(
        Set<Key> only,
        boolean overwrite,
        boolean deleteExtra,
        boolean dryRun,
        Optional<Path> undoLog,
        int parallel,
        Path temporary,
        RetryPolicy retry) {
    public RestoreSettings {
        only = Set.copyOf(only);
        if (parallel < 1 || parallel > 1000) {
            throw new InvalidSettingsException("check", "parallel", "it must be between 1 and 1000", "");
        }
        if (dryRun && undoLog.isPresent()) {
            throw new InvalidSettingsException("check", "--undo-log", "a dry run replaces nothing", "");
        }
    }

    boolean wants(Key key) {
        return only.isEmpty() || only.contains(key);
    }
}
