package dev.lockstep.backup;

import dev.lockstep.objects.ObjectRef;

/**
 * Where one stream's change log is in a bucket.
 *
 * <pre>{@code
 * <prefix>/lockstep-changes/<table>/tips/<stream label>/<shard>.json                            how far a shard's log reaches
 * <prefix>/lockstep-changes/<table>/<stream label>/<shard>/<first>-<last>-<after>.jsonl.gz     records, never changed
 * <prefix>/lockstep-changes/<table>/<stream label>/<shard>/end.json                            its tip at its end, never changed
 * }</pre>
 *
 * <p>The tips lie together, so that what a log holds is known without listing its files; there is one for each shard that
 * was ever seen. Nothing here begins with {@code <prefix>/<table>}, under which folders of items are listed.
 */
record LogPlace(ObjectRef table, String label) {
    private static final String FOLDER = "lockstep-changes";
    private static final String TIPS = "tips";
    private static final String JSON = ".json";
    private static final String END = "end.json";

    /** The logs of all tables: a user names the prefix. */
    static ObjectRef all(ObjectRef prefix) {
        return prefix.folder(FOLDER);
    }

    /** All logs of the table: a user names the prefix. */
    static ObjectRef ofTable(ObjectRef prefix, String table) {
        return prefix.folder(FOLDER).folder(table);
    }

    /** Whether a folder is that of a table's logs, by its name. */
    static boolean isOfTable(ObjectRef folder) {
        String[] parts = folder.prefix().split("/", -1);
        return parts.length > 1 && parts[parts.length - 2].equals(FOLDER);
    }

    /** What the keys of all tips of a table begin with. */
    static String tips(ObjectRef table) {
        return table.folder(TIPS).keysBeginWith();
    }

    /** The stream's label is what its ARN ends with: the time when it was switched on. */
    static LogPlace ofStream(ObjectRef table, String arn) {
        return new LogPlace(table, arn.substring(arn.lastIndexOf('/') + 1));
    }

    String tip(String shard) {
        return table.folder(TIPS).folder(label).key(shard + JSON);
    }

    String end(String shard) {
        return shard(shard).key(END);
    }

    /** What the keys of this stream's tips begin with. */
    String tips() {
        return table.folder(TIPS).folder(label).keysBeginWith();
    }

    /** The shard of a tip. */
    static String shardOf(String tipKey) {
        return tipKey.substring(tipKey.lastIndexOf('/') + 1, tipKey.length() - JSON.length());
    }

    /** The stream label of a tip. */
    static String labelOf(String tipKey) {
        String folder = tipKey.substring(0, tipKey.lastIndexOf('/'));
        return folder.substring(folder.lastIndexOf('/') + 1);
    }

    static boolean isTip(String key) {
        return key.endsWith(JSON);
    }

    ObjectRef shard(String shard) {
        return table.folder(label).folder(shard);
    }
}
