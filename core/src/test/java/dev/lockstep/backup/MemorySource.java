package dev.lockstep.backup;

import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.TableDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A source in memory. */
public final class MemorySource implements Source {
    private final List<Layer> layers = new ArrayList<>();
    private final List<DamagedException> faults = new ArrayList<>();

    /** A layer of files of items. */
    @SafeVarargs
    public final MemorySource items(List<Item>... files) {
        List<Part> parts = new ArrayList<>();
        for (List<Item> file : files) {
            parts.add(part(file.stream().map(ItemState::of).toList()));
        }
        layers.add(new Layer("items", parts));
        return this;
    }

    /** A layer of one file. */
    public MemorySource states(ItemState... states) {
        layers.add(new Layer("states", List.of(part(List.of(states)))));
        return this;
    }

    public MemorySource fault(String file, String problem) {
        faults.add(new DamagedException(file, problem));
        return this;
    }

    /** A layer of one file that turns out to be damaged behind its items. */
    public MemorySource damaged(List<Item> items) {
        layers.add(new Layer("damaged", List.of(new Part() {
            @Override
            public String name() {
                return "bad";
            }

            @Override
            public long bytes() {
                return 0;
            }

            @Override
            public void read(Consumer<ItemState> states) {
                items.forEach(item -> states.accept(ItemState.of(item)));
                throw new DamagedException("bad", "its hash is another");
            }
        })));
        return this;
    }

    public static ItemState put(Item item, String order) {
        return new ItemState(Optional.empty(), item, order);
    }

    public static ItemState deleted(Key key, String order) {
        return new ItemState(Optional.of(key.attributes()), null, order);
    }

    private static Part part(List<ItemState> states) {
        return new Part() {
            @Override
            public String name() {
                return "file";
            }

            @Override
            public long bytes() {
                return 0;
            }

            @Override
            public void read(Consumer<ItemState> taker) {
                states.forEach(taker);
            }
        };
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String format() {
        return "items in memory";
    }

    @Override
    public Optional<TableDocument> table() {
        return Optional.empty();
    }

    @Override
    public List<Layer> layers() {
        return layers;
    }

    @Override
    public List<DamagedException> faults() {
        return faults;
    }
}
