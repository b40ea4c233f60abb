package dev.lockstep.backup;

import java.util.List;
import java.util.Optional;

/**
 * What a backup wrote, or found done by an earlier run of the same job: of the whole table, or of the one segment asked for.
 *
 * @param location the backup's folder, or the object
 * @param items in {@code files} files of {@code bytes} bytes, compressed
 * @param complete whether the whole backup is there; false where other segments are still to be done
 * @param nothingDone whether all was done before
 * @param manifest of a whole backup that has one
 */
public record BackupResult(
        String location,
        long items,
        long bytes,
        int files,
        boolean complete,
        boolean nothingDone,
        Optional<BackupManifest> manifest) {

    static BackupResult of(
            String location,
            List<DataFile> files,
            boolean complete,
            boolean nothingDone,
            Optional<BackupManifest> manifest) {
        return new BackupResult(
                location,
                files.stream().mapToLong(DataFile::items).sum(),
                files.stream().mapToLong(DataFile::bytes).sum(),
                files.size(),
                complete,
                nothingDone,
                manifest);
    }
}
