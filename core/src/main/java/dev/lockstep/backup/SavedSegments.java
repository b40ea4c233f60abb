package dev.lockstep.backup;

import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.SegmentState;
import dev.lockstep.progress.Progress;
import dev.lockstep.scan.Scan;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.MalformedItemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a backup keeps in its checkpoint.
 *
 * <pre>
 * "more":{"backup":{"jobId":"…"}}
 * a segment's "more":{"files":[as in the manifest], "pages":["3-17-a81f03c2","3-18-a81f03c2"], "next":19}
 * </pre>
 *
 * A file in a bucket cannot be gone on with by another process: its hashes cannot. So the pages that are in no finished file
 * yet are kept beside the checkpoint, and a run after a kill makes the file anew from them. Their names end with a number of
 * the run's own: a run that is stopped at its first save because another one goes on with the job has not replaced a page of
 * that one, whose pages may end elsewhere. Thread-safe.
 */
public final class SavedSegments implements Checkpoint.Part {
    private static final String NAME = "backup";
    private static final String JOB_ID = "jobId";
    private static final String ITEMS = "items";
    private static final String BYTES = "bytes";
    private static final String FILES = "files";
    private static final String PAGES = "pages";
    private static final String NEXT = "next";

    private final Checkpoint checkpoint;
    private final String jobId;
    private final String run =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    private final Map<Integer, List<DataFile>> own = new HashMap<>();

    private SavedSegments(Checkpoint checkpoint, String jobId) {
        this.checkpoint = checkpoint;
        this.jobId = jobId;
    }

    /** @param checkpoint the caller's to close */
    static SavedSegments of(Checkpoint checkpoint, String jobId) {
        SavedSegments saved = new SavedSegments(checkpoint, jobId);
        checkpoint.add(saved);
        return saved;
    }

    /** The name that the first run gave the backup; empty where there was none. */
    public static String jobId(Checkpoint checkpoint) {
        return checkpoint.before(NAME).path(JOB_ID).asString("");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public JsonNode state() {
        return JsonNodeFactory.instance.objectNode().put(JOB_ID, jobId);
    }

    boolean begun() {
        return checkpoint.begun();
    }

    int begin(int segments) {
        return checkpoint.begin(segments);
    }

    void finish() {
        checkpoint.finish();
    }

    boolean done(int segment) {
        return checkpoint.of(segment).done();
    }

    @Nullable
    Key after(int segment) {
        return checkpoint.of(segment).after();
    }

    /** Files of the segments that are done, as counts. */
    BackupResult result(String location, boolean complete) {
        return new BackupResult(
                location,
                checkpoint.countOfDone(ITEMS),
                checkpoint.countOfDone(BYTES),
                (int) checkpoint.countOfDone(FILES),
                complete,
                own.isEmpty(),
                Optional.empty());
    }

    /** Those that are finished, of a segment that is not done. */
    List<DataFile> files(int segment) {
        List<DataFile> files = new ArrayList<>();
        try {
            for (JsonNode file : checkpoint.of(segment).more().path(FILES)) {
                files.add(DataFile.of(file));
            }
        } catch (MalformedItemException e) {
            throw new DamagedException("checkpoint " + checkpoint.name(), e.getMessage(), e);
        }
        return files;
    }

    /** Reads a segment on to its end, its pages saved one by one; returns all of its files. They are durable then. */
    List<DataFile> read(int segment, Scan scan, SegmentFiles sink, Progress progress) {
        SegmentState from = checkpoint.of(segment);
        List<String> pages = new ArrayList<>();
        from.more().path(PAGES).forEach(page -> pages.add(page.asString()));
        long next = from.more().path(NEXT).asLong(0);
        long items = from.count(ITEMS);
        progress.read(items);
        for (String page : pages) {
            KeptPage.read(page, checkpoint.store().kept(page), sink::add);
        }
        while (!scan.done()) {
            List<Item> page = scan.next();
            page.forEach(sink::add);
            progress.read(page.size());
            items += page.size();
            if (scan.done()) {
                break;
            }
            List<String> old = List.of();
            if (sink.endPage()) {
                old = List.copyOf(pages);
                pages.clear();
            } else {
                String name = segment + "-" + next++ + "-" + run;
                checkpoint.store().keep(name, KeptPage.of(page));
                pages.add(name);
            }
            checkpoint.running(
                    segment,
                    SegmentState.running(scan.reached(), Map.of(ITEMS, items), more(sink.files(), pages, next)));
            checkpoint.save();
            scan.goOn();
            old.forEach(checkpoint.store()::drop);
        }
        return sink.finish();
    }

    private static ObjectNode more(List<DataFile> files, List<String> pages, long next) {
        ObjectNode more = JsonNodeFactory.instance.objectNode();
        ArrayNode all = more.putArray(FILES);
        files.forEach(file -> all.add(file.json()));
        ArrayNode kept = more.putArray(PAGES);
        pages.forEach(kept::add);
        return more.put(NEXT, next);
    }

    /** The segment is done, and everybody who looks at the bucket can see it. */
    void done(int segment, List<DataFile> files) {
        List<String> pages = new ArrayList<>();
        checkpoint.of(segment).more().path(PAGES).forEach(page -> pages.add(page.asString()));
        checkpoint.atomically(() -> {
            own.put(segment, files);
            checkpoint.done(
                    segment,
                    Map.of(
                            ITEMS,
                            files.stream().mapToLong(DataFile::items).sum(),
                            BYTES,
                            files.stream().mapToLong(DataFile::bytes).sum(),
                            FILES,
                            (long) files.size()));
        });
        checkpoint.save();
        pages.forEach(checkpoint.store()::drop);
    }
}
