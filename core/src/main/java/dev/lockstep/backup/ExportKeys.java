package dev.lockstep.backup;

import dev.lockstep.table.MalformedItemException;
import java.util.List;

/**
 * Where an export's data files are. Their keys in the manifest are those of the place that the export was first written
 * to, with its prefix or without; the whole may have been copied elsewhere since. A key never leads out of the export.
 *
 * @param folder the export's, as it is now; with a slash at its end
 * @param was the same when it was written, without the prefix
 */
record ExportKeys(String folder, String was, String prefix) {
    private static final String DATA = "data/";

    static ExportKeys of(String folder, ExportSummary summary) throws MalformedItemException {
        String manifest = without(summary.prefix(), summary.manifest());
        if (!manifest.endsWith("/" + NativeExport.FILES)) {
            throw new MalformedItemException("its 'manifestFilesS3Key' is no key of a " + NativeExport.FILES);
        }
        String was = manifest.substring(0, manifest.length() - NativeExport.FILES.length());
        return new ExportKeys(folder, was, summary.prefix());
    }

    private static String without(String prefix, String key) {
        return !prefix.isEmpty() && key.startsWith(prefix + "/") ? key.substring(prefix.length() + 1) : key;
    }

    /** The folder of this export's own data files. */
    String data() {
        return folder + DATA;
    }

    /** The folder of the data files of all incremental exports beside this one. */
    String shared() {
        return parent(folder) + DATA;
    }

    /** @throws MalformedItemException where the key leads out of the export */
    String now(String told) throws MalformedItemException {
        boolean plain = List.of(told.split("/", -1)).stream()
                .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
        if (!plain) {
            throw new MalformedItemException("a 'dataFileS3Key' with a part that is empty, '.' or '..'");
        }
        String key = without(prefix, told);
        if (key.startsWith(was + DATA)) {
            return data() + key.substring((was + DATA).length());
        }
        if (key.startsWith(parent(was) + DATA)) {
            return shared() + key.substring((parent(was) + DATA).length());
        }
        throw new MalformedItemException("a 'dataFileS3Key' outside of the export");
    }

    private static String parent(String folder) {
        return folder.substring(0, folder.lastIndexOf('/', folder.length() - 2) + 1);
    }
}
