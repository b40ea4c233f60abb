package dev.lockstep.backup;

import dev.lockstep.InvalidSettingsException;
import java.nio.file.Path;

/**
 * How to read a backup.
 *
 * @param parallel files read at once
 * @param temporary a folder for about 36 bytes a key
 */
public record ReadSettings(int parallel, Path temporary) {
    public ReadSettings {
        if (parallel < 1) {
            throw new InvalidSettingsException("check", "parallel", "it must be 1 or more", "");
        }
    }
}
