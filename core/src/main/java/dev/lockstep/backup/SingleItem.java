package dev.lockstep.backup;

import dev.lockstep.table.Item;
import dev.lockstep.table.TableDocument;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One item that was read already. */
public record SingleItem(String name, Item item) implements Source, Part {
    @Override
    public String format() {
        return "one item of a folder of items";
    }

    @Override
    public Optional<TableDocument> table() {
        return Optional.empty();
    }

    @Override
    public List<Layer> layers() {
        return List.of(new Layer(name, List.of(this)));
    }

    @Override
    public List<DamagedException> faults() {
        return List.of();
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public void read(Consumer<ItemState> states) {
        states.accept(ItemState.of(item));
    }
}
