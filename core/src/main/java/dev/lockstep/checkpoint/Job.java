package dev.lockstep.checkpoint;

import dev.lockstep.objects.Digest;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.Table;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What makes two runs the same job.
 *
 * @param kind the command
 * @param tables by what they are to it: {@code primary}, {@code replica 1}
 * @param parameters all that decides what the job does to which items; not how fast. They stand in the checkpoint and in
 *     messages, so there may be no values of items among them
 */
public record Job(String kind, Map<String, Table> tables, KeySchema keys, SortedMap<String, String> parameters) {
    public Job {
        tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
    }

    /** Of the parameters, in lower-case hex. */
    static String hash(Map<String, String> parameters) {
        return Digest.SHA256.hexOf(new TreeMap<>(parameters).toString().getBytes(StandardCharsets.UTF_8));
    }
}
