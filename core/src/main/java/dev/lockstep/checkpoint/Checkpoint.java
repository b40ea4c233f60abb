package dev.lockstep.checkpoint;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.capacity.Usage;
import dev.lockstep.table.MalformedItemException;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What one job has done, kept so that the same command goes on there after a kill at any moment.
 *
 * <p>The job tells what it did with {@link #atomically}, {@link #running} and {@link #done}, <em>after</em> it is durable where
 * it belongs; {@link #save} returns when that is in the store. One document is written at a time, by a thread of its own, and
 * holds all that was told until then, whoever told it: so many segments share one write. Each document is a state that the job
 * was in at one moment; what is told within one {@link #atomically} is in it as a whole or not at all.
 *
 * <p>So that at most one page of a segment is read twice, a job must not ask for a segment's next page before the page that it
 * has worked on is saved.
 *
 * <p>The capacity that was used before a kill is counted on: opening a checkpoint adds it to its tables' {@link Usage}.
 * Thread-safe.
 */
public final class Checkpoint implements AutoCloseable {
    private final CheckpointStore store;
    private final Job job;
    private final Object lock = new Object();
    private final Map<Integer, SegmentState> running = new HashMap<>();
    private final Map<String, Long> counts = new HashMap<>();
    private final List<Part> parts = new CopyOnWriteArrayList<>();
    private final Thread writer = new Thread(this::writeWhenAsked, "lockstep-checkpoint");
    private BitSet done = new BitSet();
    private JsonNode before = JsonNodeFactory.instance.objectNode();
    private String id = UUID.randomUUID().toString();
    private Instant began = Instant.now();
    private @Nullable Instant finished;
    private int total;
    private long writes;
    private long changes;
    private long wanted;
    private long durable;
    private boolean begun;
    private boolean closing;
    private @Nullable RuntimeException failure;

    /** What a kind of job adds to the document. */
    public interface Part {
        /** Where it stands in the document. */
        String name();

        /** As of now; called while nothing is told. Quick. */
        JsonNode state();

        /** Makes durable whatever {@link #state()} spoke of; called before the document is written. */
        default void makeDurable() {}
    }

    private Checkpoint(CheckpointStore store, Job job) {
        this.store = store;
        this.job = job;
        writer.setDaemon(true);
    }

    /**
     * Takes over the checkpoint, or prepares to begin one; closes the store in the end.
     *
     * @throws InvalidSettingsException where it is not this job's, damaged, or newer than this version; nothing was written
     */
    public static Checkpoint open(CheckpointStore store, Job job) {
        Checkpoint checkpoint = new Checkpoint(store, job);
        boolean opened = false;
        try {
            Optional<byte[]> there = store.read();
            if (there.isPresent()) {
                checkpoint.takeOver(Document.read(store, there.get()));
            }
            opened = true;
            checkpoint.writer.start();
            return checkpoint;
        } finally {
            if (!opened) {
                store.close();
            }
        }
    }

    private void takeOver(JsonNode body) {
        Document.requireFits(store, body, job);
        try {
            id = body.required("id").asString();
            began = Instant.parse(body.required("began").asString());
            JsonNode ended = body.path("finished");
            finished = ended.isString() ? Instant.parse(ended.asString()) : null;
            total = body.required("totalSegments").asInt();
            writes = body.path("writes").asLong(0);
            done = Document.done(body);
            counts.putAll(Document.counts(body.path("counts")));
            running.putAll(Document.segments(body, job.keys()));
            before = body.path("more");
        } catch (MalformedItemException | RuntimeException e) {
            throw Document.refused(
                    store, "it holds something that this version cannot read: " + e.getMessage(), store.howToDelete());
        }
        job.tables()
                .forEach((role, table) ->
                        addUsage(table.usage(), body.path("usage").path(role)));
        begun = true;
    }

    private static void addUsage(Usage usage, JsonNode json) {
        usage.read(json.path("readUnits").asDouble(0));
        usage.wrote(json.path("writeUnits").asDouble(0));
        json.path("requests")
                .properties()
                .forEach(r -> usage.requests(r.getKey(), r.getValue().asLong(0)));
    }

    /** For people: where it is. */
    public String name() {
        return store.name();
    }

    /** For people: how to begin anew. */
    public String howToDelete() {
        return store.howToDelete();
    }

    /** Names the job over all of its runs. */
    public String id() {
        return id;
    }

    /** Whether a run before this one has begun the job. */
    public boolean begun() {
        synchronized (lock) {
            return begun;
        }
    }

    /** When the job was finished, where it is. */
    public Optional<Instant> finished() {
        synchronized (lock) {
            return Optional.ofNullable(finished);
        }
    }

    /** What the part of this name said in the document that was found; missing where there was none. */
    public JsonNode before(String part) {
        return before.path(part);
    }

    /** Adds a part to every document from the next one on. */
    public void add(Part part) {
        parts.add(part);
    }

    /** Pages beside the document. */
    public CheckpointStore store() {
        return store;
    }

    /**
     * Begins the job, durably, where no run has begun it; else leaves it.
     *
     * @param proposed how many segments there should be
     * @return how many there are, since the first run
     */
    public int begin(int proposed) {
        synchronized (lock) {
            if (begun) {
                return total;
            }
            total = proposed;
            begun = true;
            changes++;
        }
        save();
        return proposed;
    }

    public SegmentState of(int segment) {
        synchronized (lock) {
            return done.get(segment) ? SegmentState.DONE : running.getOrDefault(segment, SegmentState.NEW);
        }
    }

    /** What came of the segments that are done. */
    public long countOfDone(String name) {
        synchronized (lock) {
            return counts.getOrDefault(name, 0L);
        }
    }

    /** Tells several things that no document may hold without each other; also keeps all documents out meanwhile. */
    public void atomically(Runnable change) {
        synchronized (lock) {
            change.run();
            changes++;
        }
    }

    /** Keeps all that is told out while something of it is read. */
    public void reading(Runnable look) {
        synchronized (lock) {
            look.run();
        }
    }

    /** The segment has come so far. */
    public void running(int segment, SegmentState state) {
        atomically(() -> running.put(segment, state));
    }

    /** The segment is done; these are its final counts. */
    public void done(int segment, Map<String, Long> finalCounts) {
        atomically(() -> {
            running.remove(segment);
            done.set(segment);
            finalCounts.forEach((name, count) -> counts.merge(name, count, Long::sum));
        });
    }

    /**
     * Returns when all that was told before the call is in the store.
     *
     * @throws LockstepException where the store failed; the document before is still there
     * @throws CancelledException where the calling thread was interrupted
     */
    public void save() {
        synchronized (lock) {
            long mine = changes;
            wanted = Math.max(wanted, mine);
            lock.notifyAll();
            while (durable < mine) {
                if (failure != null) {
                    throw failure;
                }
                if (closing) {
                    throw new CancelledException("save", "checkpoint " + name());
                }
                await();
            }
        }
    }

    private void await() {
        try {
            lock.wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("save", "checkpoint " + name());
        }
    }

    /** The job is done; running it again would only tell its result again. */
    public void finish() {
        atomically(() -> {
            if (finished == null) {
                finished = Instant.now();
            }
        });
        save();
        store.dropAll();
    }

    /** A thread of its own: an interrupt of the job's threads must not spoil a write. */
    private void writeWhenAsked() {
        try {
            while (true) {
                long covered;
                ObjectNode body;
                synchronized (lock) {
                    while (wanted <= durable && !closing) {
                        lock.wait();
                    }
                    if (wanted <= durable) {
                        return;
                    }
                    covered = changes;
                    body = body();
                }
                parts.forEach(Part::makeDurable);
                store.write(Document.write(body));
                synchronized (lock) {
                    durable = covered;
                    lock.notifyAll();
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            failed(e);
        } catch (Error e) {
            // Whoever waits for this document would wait for ever.
            failed(new LockstepException(
                    "write", "checkpoint " + name(), e.toString(), "Give Java more memory (-Xmx)", false, e));
            throw e;
        }
    }

    private void failed(RuntimeException e) {
        synchronized (lock) {
            failure = e;
            lock.notifyAll();
        }
    }

    private ObjectNode body() {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("job", job.kind())
                .put("id", id)
                .put("began", began.toString())
                .put("saved", Instant.now().toString())
                .put("writes", ++writes)
                .put("finished", finished == null ? null : finished.toString());
        ArrayNode tables = body.putArray("tables");
        job.tables()
                .forEach((role, table) -> tables.addObject()
                        .put("role", role)
                        .put("name", table.name())
                        .put("arn", table.arn())
                        .put("tableId", table.id()));
        body.put("keys", job.keys().toString());
        ObjectNode parameters = body.putObject("parameters");
        job.parameters().forEach(parameters::put);
        body.put("parametersSha256", Job.hash(job.parameters()))
                .put("totalSegments", total)
                .putNull("streamPin");
        ObjectNode usage = body.putObject("usage");
        job.tables().forEach((role, table) -> usage.set(role, usage(table.usage())));
        body.put("done", Ranges.write(done));
        body.set("counts", Document.counts(counts));
        ArrayNode segments = body.putArray("segments");
        running.forEach((number, state) -> segments.add(Document.segment(number, state)));
        ObjectNode more = body.putObject("more");
        parts.forEach(part -> more.set(part.name(), part.state()));
        return body;
    }

    private static ObjectNode usage(Usage usage) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("readUnits", usage.readUnits())
                .put("writeUnits", usage.writeUnits());
        json.set("requests", Document.counts(usage.requests()));
        return json;
    }

    /** Saves what was told last, where the job was begun, and gives the checkpoint back. Nothing can be saved any more. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            synchronized (lock) {
                if (begun && failure == null) {
                    wanted = changes;
                }
                closing = true;
                lock.notifyAll();
            }
            writer.join();
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            store.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
