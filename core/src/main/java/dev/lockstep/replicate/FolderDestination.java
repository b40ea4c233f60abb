package dev.lockstep.replicate;

import dev.lockstep.change.Change;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.table.Write;
import dev.lockstep.work.Pool;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A folder of items that follows a table. Thread-safe. */
public final class FolderDestination implements Destination, CopyTarget {
    private final ItemFolder folder;
    private final Pool calls;

    /** @param calls bounds the requests in flight; none of its own threads may call this destination */
    public FolderDestination(ItemFolder folder, Pool calls) {
        this.folder = folder;
        this.calls = calls;
    }

    public ItemFolder folder() {
        return folder;
    }

    @Override
    public String name() {
        return folder.name();
    }

    @Override
    public boolean holdsItems() {
        return folder.holdsItems();
    }

    @Override
    public List<Refused> apply(Collection<Change> changes) {
        List<Supplier<Optional<Refused>>> each = changes.stream()
                .map(change -> (Supplier<Optional<Refused>>) () -> apply(change))
                .toList();
        return each.isEmpty()
                ? List.of()
                : calls.all(each).stream().flatMap(Optional::stream).toList();
    }

    private Optional<Refused> apply(Change change) {
        Write write = change.write();
        Optional<Refused> refused = folder.fault(write).map(reason -> new Refused(change, reason));
        if (refused.isEmpty()) {
            folder.write(write);
        }
        return refused;
    }

    @Override
    public int batch() {
        return 1;
    }

    /** One after the other, on the calling thread. */
    @Override
    public void write(List<Write> writes) {
        writes.forEach(folder::write);
    }
}
