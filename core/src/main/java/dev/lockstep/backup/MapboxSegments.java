package dev.lockstep.backup;

import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A full backup of mapbox's dynamodb-replicator: {@code <prefix>/<job>/<segment>}, gzip without an extension, a bare item a
 * line. Nothing in it tells how many segments there were: a last one that is missing is not missed.
 */
final class MapboxSegments {
    private static final Pattern SEGMENT = Pattern.compile("0|[1-9][0-9]{0,6}");
    private static final int MAX_FAULTS = 1000;

    private MapboxSegments() {}

    /** Whether an object of this name may be a segment. */
    static boolean isSegment(String name) {
        return SEGMENT.matcher(name).matches();
    }

    /** @param folder the job's, with a slash at its end */
    static Source open(ObjectStore objects, String folder) {
        TreeMap<Integer, Part> segments = new TreeMap<>();
        List<DamagedException> faults = new ArrayList<>();
        objects.list(folder).forEach(entry -> {
            String name = entry.key().substring(folder.length());
            if (isSegment(name)) {
                segments.put(Integer.valueOf(name), part(objects, entry));
            } else if (faults.size() < MAX_FAULTS) {
                faults.add(new DamagedException(
                        objects.name() + "/" + entry.key(),
                        "it is not of this backup, whose files are called 0, 1, 2…"));
            }
        });
        int last = segments.isEmpty() ? -1 : segments.lastKey();
        for (int i = 0; i < last && faults.size() < MAX_FAULTS; i++) {
            if (!segments.containsKey(i)) {
                faults.add(new DamagedException(objects.name() + "/" + folder + i, "it is missing"));
            }
        }
        return FileSource.of(
                objects.name() + "/" + folder.replaceAll("/$", ""),
                "a backup of dynamodb-replicator (" + segments.size() + " segments)",
                Optional.empty(),
                List.copyOf(segments.values()),
                faults);
    }

    private static Part part(ObjectStore objects, Entry entry) {
        return new FilePart(objects, entry.key(), entry.size(), Known.NOTHING, FilePart.Lines.of(JsonLine.BARE));
    }
}
