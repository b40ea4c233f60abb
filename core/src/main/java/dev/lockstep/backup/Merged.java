package dev.lockstep.backup;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.capacity.Units;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.work.Crew;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What a source comes down to: each item once, as its newest state has it.
 *
 * <p>A source is read twice. The first reading proves every file and notes which state of each key is the newest (in a
 * {@link KeyFile}, so that the heap does not grow with the source); the second hands these states on. So nothing is
 * handed on before all of it is known to be whole. Used by one thread.
 */
public final class Merged implements AutoCloseable {
    private static final int MAX_LAYERS = 1 << 16;

    private final Source source;
    private final KeySchema keys;
    private final Predicate<Key> wanted;
    private final ReadSettings settings;
    private final Progress progress;
    private final KeyFile newest;
    private final LongAdder states = new LongAdder();
    private final LongAdder items = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final DoubleAdder writeUnits = new DoubleAdder();

    /**
     * What there is to write, at most: older states of an item are counted, too.
     *
     * @param writeUnits where the table holds nothing larger
     */
    public record Weight(long items, long bytes, double writeUnits) {}

    /** Takes the states of one file, in the file's order, on one thread; several of these are at work at once. */
    public interface Taker {
        /** @param item null where it was deleted */
        void take(Key key, @Nullable Item item);

        /** @param line which state of the file it is, counted from 1 */
        default void take(Key key, @Nullable Item item, long line) {
            take(key, item);
        }

        /** The file has ended. */
        void end();
    }

    private Merged(Source source, KeySchema keys, Predicate<Key> wanted, ReadSettings settings, Progress progress) {
        this.source = source;
        this.keys = keys;
        this.wanted = wanted;
        this.settings = settings;
        this.progress = progress;
        this.newest = new KeyFile(settings.temporary());
    }

    /**
     * Reads all of a source and proves it.
     *
     * @param keys the key of the table that the items are of
     * @param wanted the keys to hand on; everything is proved nevertheless
     * @throws DamagedException where any of it is not what it should be; further faults are suppressed in it
     * @throws CancelledException where the calling thread was interrupted
     */
    public static Merged prove(
            Source source, KeySchema keys, Predicate<Key> wanted, ReadSettings settings, Progress progress) {
        Merged merged = new Merged(source, keys, wanted, settings, progress);
        boolean whole = false;
        try {
            merged.prove();
            whole = true;
            return merged;
        } finally {
            if (!whole) {
                merged.close();
            }
        }
    }

    /**
     * Hands on the items of a source that has each {@link Source#once once} while it is being proved: one reading instead of
     * two, for takers whose work comes to nothing unless this returns.
     *
     * @throws DamagedException where any of it is not what it should be; further faults are suppressed in it
     */
    public static void handOn(
            Source source, KeySchema keys, ReadSettings settings, Supplier<Taker> takers, Progress progress) {
        if (!source.once()) {
            throw new IllegalArgumentException(source.name() + " may hold an item twice");
        }
        try (Merged merged = new Merged(source, keys, key -> true, settings, progress)) {
            merged.proving((place, part) -> {
                Taker taker = takers.get();
                part.read(new Numbered(merged, place, part, (key, item, rank) -> {
                    progress.read(1);
                    taker.take(key, item);
                })::next);
                taker.end();
            });
        }
    }

    private void prove() {
        proving((place, part) -> part.read(new Numbered(this, place, part, this::note)::next));
        newest.seal();
    }

    /** Reads all parts, and throws when all are read what is wrong with them. */
    private void proving(PartJob reading) {
        List<DamagedException> faults = Collections.synchronizedList(new ArrayList<>(source.faults()));
        forEachPart((place, part) -> {
            try {
                reading.run(place, part);
            } catch (DamagedException e) {
                faults.add(e);
            }
        });
        if (!faults.isEmpty()) {
            DamagedException first = faults.get(0);
            faults.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    private void note(Key key, @Nullable Item item, byte[] rank) {
        states.increment();
        if (wanted.test(key)) {
            newest.add(key, rank);
            if (item != null) {
                weigh(item.size());
            }
        }
    }

    private void weigh(long size) {
        items.increment();
        bytes.add(size);
        writeUnits.add(Units.write(size));
    }

    public Weight weight() {
        return new Weight(items.sum(), bytes.sum(), writeUnits.sum());
    }

    /** How many states were read: items, deletions, and older states of both. */
    public long states() {
        return states.sum();
    }

    /** How many different keys the source tells of, of those wanted. */
    public long keys() {
        return newest.size();
    }

    /** Whether the source tells of this key: its item, or that it was deleted. */
    public boolean tellsOf(Key key) {
        return newest.contains(key);
    }

    /** Changes whenever a key would be at another place in the source; to be asked before anything is handed on. */
    public String fingerprint() {
        return newest.fingerprint();
    }

    /** How many files the source has, over all layers. */
    public int parts() {
        return source.layers().stream().mapToInt(layer -> layer.parts().size()).sum();
    }

    /**
     * Hands on the newest state of each key; may be called again.
     *
     * @param takers gives one for each file
     * @throws LockstepException also where a file is no longer what was proved
     */
    public void each(Supplier<Taker> takers) {
        each(part -> takers.get(), part -> 0);
    }

    /**
     * The same, but for what an earlier run handed on.
     *
     * @param takers gives one for each file, by its number over all layers
     * @param from how many states of each file are to be left out; {@code Long.MAX_VALUE} for all of it
     */
    public void each(IntFunction<Taker> takers, IntToLongFunction from) {
        newest.giveBack();
        if (!source.once()) {
            // Of several equal states one is handed on: what was handed on must not be again, wherever the others are.
            forEachPart((place, part) -> {
                long before = from.applyAsLong(place.number());
                if (before > 0) {
                    Numbered[] at = new Numbered[1];
                    at[0] = new Numbered(this, place, part, (key, item, rank) -> {
                        if (at[0].line <= before) {
                            var unused = newest.take(key, rank);
                        }
                    });
                    part.read(at[0]::next);
                }
            });
        }
        forEachPart((place, part) -> {
            long before = from.applyAsLong(place.number());
            if (before == Long.MAX_VALUE) {
                return;
            }
            Taker taker = takers.apply(place.number());
            Numbered[] at = new Numbered[1];
            at[0] = new Numbered(this, place, part, (key, item, rank) -> {
                progress.read(1);
                if (at[0].line > before && newest.take(key, rank)) {
                    taker.take(key, item, at[0].line);
                }
            });
            part.read(at[0]::next);
            taker.end();
        });
    }

    @Override
    public void close() {
        newest.close();
    }

    /** Where a file stands among all; its number goes on over the layers. */
    private record Place(int layer, int part, int number) {}

    private interface PartJob {
        void run(Place place, Part part);
    }

    private record Job(Place place, Part part) {}

    private void forEachPart(PartJob work) {
        List<Job> jobs = new ArrayList<>();
        List<Layer> layers = source.layers();
        if (layers.size() > MAX_LAYERS) {
            throw new LockstepException("read", source.name(), "it has more than " + MAX_LAYERS + " layers", "");
        }
        for (int layer = 0; layer < layers.size(); layer++) {
            List<Part> parts = layers.get(layer).parts();
            for (int part = 0; part < parts.size(); part++) {
                jobs.add(new Job(new Place(layer, part, jobs.size()), parts.get(part)));
            }
        }
        AtomicInteger next = new AtomicInteger();
        try (Crew crew = new Crew("read")) {
            for (int i = 0; i < Math.min(settings.parallel(), jobs.size()); i++) {
                crew.start(() -> {
                    for (int job = next.getAndIncrement(); job < jobs.size(); job = next.getAndIncrement()) {
                        work.run(jobs.get(job).place(), jobs.get(job).part());
                    }
                });
            }
            crew.join();
        }
    }

    private interface Ranked {
        void take(Key key, @Nullable Item item, byte[] rank);
    }

    /**
     * Gives each state of a file its key and its rank: the layer; then the order that the state tells, or else its place,
     * so that of two states without an order the later in the source is the newer.
     */
    private static final class Numbered {
        private static final int ORDER = KeyFile.RANK - 2;

        private final KeySchema keys;
        private final Place place;
        private final Part part;
        private final Ranked sink;
        private long line;

        Numbered(Merged merged, Place place, Part part, Ranked sink) {
            this.keys = merged.keys;
            this.place = place;
            this.part = part;
            this.sink = sink;
        }

        void next(ItemState state) {
            line++;
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("read", part.name());
            }
            sink.take(key(state), state.image(), rank(state.order()));
        }

        private Key key(ItemState state) {
            Item image = state.image();
            Map<String, AttributeValue> attributes =
                    state.key().orElseGet(() -> image == null ? Map.of() : image.attributes());
            for (KeyAttribute attribute : keys.attributes()) {
                AttributeValue value = attributes.get(attribute.name());
                if (value == null
                        || !value.type().name().equals(attribute.type().name())) {
                    throw damaged("an item without the key attribute " + attribute);
                }
            }
            ItemLimits.ofKey(keys, attributes).ifPresent(problem -> {
                throw damaged(problem);
            });
            Key key = keys.keyOf(attributes);
            if (image != null && state.key().isPresent() && !keys.isKeyOf(image.attributes(), key)) {
                throw damaged("an image of another item than the key tells");
            }
            return key;
        }

        private byte[] rank(String order) {
            ByteBuffer rank = ByteBuffer.allocate(KeyFile.RANK).putShort((short) place.layer());
            if (order.isEmpty()) {
                rank.position(KeyFile.RANK - Integer.BYTES - Long.BYTES);
                return rank.putInt(place.part()).putLong(line).array();
            }
            byte[] number = number(order);
            rank.position(KeyFile.RANK - number.length);
            return rank.put(number).array();
        }

        private byte[] number(String order) {
            byte[] number = order.chars().allMatch(c -> c >= '0' && c <= '9')
                    ? new BigInteger(order).toByteArray()
                    : new byte[KeyFile.RANK];
            if (number.length > ORDER) {
                throw damaged("a state whose order is not a number of at most 40 digits");
            }
            return number;
        }

        private DamagedException damaged(String problem) {
            return new DamagedException(part.name(), problem + " (line " + line + ")");
        }
    }
}
