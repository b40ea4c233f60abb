package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.work.Crew;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Proves a source without restoring it: reads all of it, and names each file that is damaged, missing or too many, and
 * those that hold an item that is there already. Goes on after a file that is damaged.
 */
public final class BackupCheck {
    private final Source source;
    private final Optional<KeySchema> keys;
    private final ReadSettings settings;
    private final Progress progress;
    private final LongAdder items = new LongAdder();
    private final List<DamagedException> faults;

    /**
     * What was found.
     *
     * @param items lines that tell of an item, of damaged files too
     * @param bytes of all files, as stored
     */
    public record Result(long items, long bytes, long files, List<DamagedException> faults) {
        public Result {
            faults = List.copyOf(faults);
        }
    }

    private BackupCheck(Source source, Optional<KeySchema> keys, ReadSettings settings, Progress progress) {
        this.source = source;
        this.keys = keys;
        this.settings = settings;
        this.progress = progress;
        this.faults = Collections.synchronizedList(new ArrayList<>(source.faults()));
    }

    /**
     * @param keys of the table that it is of; without it, only an item that comes twice with all its attributes is found
     * @throws LockstepException where a file could not be read
     * @throws CancelledException where the calling thread was interrupted
     */
    public static Result run(Source source, Optional<KeySchema> keys, ReadSettings settings, Progress progress) {
        return new BackupCheck(source, keys, settings, progress).run();
    }

    private Result run() {
        long bytes = 0;
        long files = 0;
        for (Layer layer : source.layers()) {
            read(layer);
            bytes += layer.parts().stream().mapToLong(Part::bytes).sum();
            files += layer.parts().stream().mapToLong(Part::objects).sum();
        }
        return new Result(items.sum(), bytes, files, faults);
    }

    private void read(Layer layer) {
        List<Part> parts = layer.parts();
        AtomicInteger next = new AtomicInteger();
        try (Duplicates duplicates = new Duplicates(settings.temporary());
                Crew crew = new Crew("check")) {
            for (int i = 0; i < Math.min(settings.parallel(), parts.size()); i++) {
                crew.start(() -> {
                    for (int part = next.getAndIncrement(); part < parts.size(); part = next.getAndIncrement()) {
                        read(parts.get(part), part, duplicates);
                    }
                });
            }
            crew.join();
            duplicates
                    .found()
                    .forEach((part, count) -> faults.add(new DamagedException(
                            parts.get(part).name(),
                            count == 1
                                    ? "it holds an item that is there already"
                                    : "it holds " + count + " items that are there already")));
        }
    }

    private void read(Part part, int number, Duplicates duplicates) {
        long[] line = new long[1];
        try {
            part.read(state -> {
                line[0]++;
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancelledException("read", part.name());
                }
                items.increment();
                progress.read(1);
                byte[] identity = identity(part, line[0], state);
                if (identity != null) {
                    duplicates.add(identity, number);
                }
            });
        } catch (DamagedException e) {
            faults.add(e);
            for (Throwable other : e.getSuppressed()) {
                if (other instanceof DamagedException fault) {
                    faults.add(fault);
                }
            }
        }
    }

    /** What must not come twice; null where it may: where states have an order, an item has several. */
    private byte @Nullable [] identity(Part part, long line, ItemState state) {
        Item image = state.image();
        Map<String, AttributeValue> attributes =
                state.key().orElseGet(() -> image == null ? Map.of() : image.attributes());
        if (keys.isEmpty()) {
            return !state.order().isEmpty()
                    ? null
                    : ItemJson.write(new TreeMap<>(attributes)).getBytes(UTF_8);
        }
        for (KeyAttribute attribute : keys.get().attributes()) {
            AttributeValue value = attributes.get(attribute.name());
            if (value == null || !value.type().name().equals(attribute.type().name())) {
                throw new DamagedException(part.name(), "item " + line + " has no key attribute " + attribute);
            }
        }
        ItemLimits.ofKey(keys.get(), attributes).ifPresent(problem -> {
            throw new DamagedException(part.name(), "item " + line + ": " + problem);
        });
        return state.order().isEmpty() ? keys.get().keyOf(attributes).canonical() : null;
    }
}
