package dev.lockstep.backup;

import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.work.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Which segments of a job are done, kept with the backup. Thread-safe. */
record SegmentRecords(ObjectStore objects, BackupLayout layout) {
    private static final int AT_ONCE = 16;
    private static final int STRIDE = 1_000;

    /** The numbers of those that are done. */
    Set<Integer> done() {
        try (Stream<ObjectStore.Entry> all = objects.list(layout.segments())) {
            return all.map(entry -> entry.key().substring(layout.segments().length()))
                    .filter(name -> name.matches("\\d{1,7}\\.json"))
                    .map(name -> Integer.parseInt(name.substring(0, name.indexOf('.'))))
                    .collect(Collectors.toSet());
        }
    }

    /** @return false where another run has done it already */
    boolean write(SegmentRecord record) {
        return objects.put(layout.segment(record.segment()), record.json(), Options.IF_ABSENT);
    }

    SegmentRecord read(int segment) {
        String file = objects.name() + "/" + layout.segment(segment);
        SegmentRecord record = objects.get(layout.segment(segment))
                .map(o -> SegmentRecord.parse(file, o.content()))
                .orElseThrow(() -> new DamagedException(file, "it is gone"));
        if (record.segment() != segment) {
            throw new DamagedException(file, "it tells of another segment");
        }
        return record;
    }

    /** All, in the order of their numbers. */
    List<SegmentRecord> all(int total) {
        List<SegmentRecord> all = new ArrayList<>();
        try (Pool calls = Pool.of("objects", AT_ONCE)) {
            for (int from = 0; from < total; from += STRIDE) {
                all.addAll(calls.all(IntStream.range(from, Math.min(total, from + STRIDE))
                        .<Supplier<SegmentRecord>>mapToObj(segment -> () -> read(segment))
                        .toList()));
            }
        }
        return all;
    }
}
