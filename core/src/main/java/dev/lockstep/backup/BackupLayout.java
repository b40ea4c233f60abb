package dev.lockstep.backup;

import dev.lockstep.objects.ObjectRef;

/**
 * Where the files of one full backup are: in the folder and under the names of DynamoDB's own exports, with ours beside
 * them.
 *
 * <pre>
 * prefix/AWSDynamoDB/ID/
 *   data/SEGMENT-RUN-NUMBER.json.gz   items: lines {"Item":{…}}
 *   _started                          empty
 *   manifest-files.json  .md5         a line a data file
 *   manifest-summary.json  .md5
 *   table-description.json            what makes the table anew
 *   lockstep-job.json                 what the machines of one job agree upon
 *   segments/SEGMENT.json             the data files of a segment that is done
 *   lockstep-manifest.json            written last: without it there is no backup
 * </pre>
 *
 * @param base the prefix of the folder that the user named
 */
record BackupLayout(ObjectRef folder, String base) {
    static final String STARTED = "_started";
    static final String FILES = "manifest-files.json";
    static final String FILES_MD5 = "manifest-files.md5";
    static final String SUMMARY = "manifest-summary.json";
    static final String SUMMARY_MD5 = "manifest-summary.md5";
    static final String TABLE = "table-description.json";
    static final String JOB = "lockstep-job.json";

    private static final String EXPORTS = "AWSDynamoDB";

    /** @param base the folder that the user named */
    static BackupLayout of(ObjectRef base, String id) {
        return new BackupLayout(base.folder(EXPORTS).folder(id), base.prefix());
    }

    String key(String name) {
        return folder.key(name);
    }

    /** For people. */
    String subject(String name) {
        return folder.folder(name).text();
    }

    String data() {
        return folder.key("data/");
    }

    /** @param run tells the files of one run from those of another, which may still be at work on the same segment */
    String data(int segment, String run, int number) {
        return data() + segment + "-" + run + "-" + number + ".json.gz";
    }

    String segments() {
        return folder.key("segments/");
    }

    String segment(int segment) {
        return segments() + segment + ".json";
    }
}
