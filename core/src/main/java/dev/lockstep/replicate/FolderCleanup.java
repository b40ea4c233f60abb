package dev.lockstep.replicate;

import dev.lockstep.LockstepException;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.folder.ItemFolderName;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.work.Pool;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Looks at every object of a folder of items, and leaves what the table holds: an object of an item that is gone is deleted,
 * one with another item's state is written anew, and one that an older tool put under a name of its own gives way to the
 * item's own object.
 *
 * <p>After a {@link Copy} into the folder each item of the table has one object, and there are no others. Writers and a
 * replicator may be at work: what is put right is settled with the table ({@link ReadThrough}).
 */
public final class FolderCleanup {
    private static final int AT_ONCE = Table.MAX_READ;

    private final RetryingTable primary;
    private final ItemFolder folder;
    private final Pool calls;
    private final Progress progress;
    private final ReadThrough settling;
    private long looked;
    private long written;
    private long deleted;
    private long failed;

    /**
     * @param looked objects that were looked at
     * @param written items whose own object was missing or out of date
     * @param deleted objects
     * @param failed items that could not be settled, and objects that are no items: each is warned of and left
     */
    public record Result(long looked, long written, long deleted, long failed) {}

    /** @param calls bounds the requests in flight; none of its own threads may run this */
    public FolderCleanup(Table primary, ItemFolder folder, Pool calls, RetryPolicy retry, Progress progress) {
        this.primary = RetryingTable.over(primary, retry, progress);
        this.folder = folder;
        this.calls = calls;
        this.progress = progress;
        this.settling = new ReadThrough(this.primary, new FolderDestination(folder, calls));
    }

    /** @throws LockstepException where the table or the bucket failed for good; what was done stays */
    public Result run() {
        List<String> some = new ArrayList<>();
        for (Iterator<String> names = folder.names().iterator(); names.hasNext(); ) {
            some.add(names.next());
            if (some.size() == AT_ONCE || !names.hasNext()) {
                lookAt(some);
                some.clear();
            }
        }
        return new Result(looked, written, deleted, failed);
    }

    private record Found(String name, Key key, Item item) {
        boolean own() {
            return name.equals(ItemFolderName.of(key));
        }
    }

    private void lookAt(List<String> names) {
        looked += names.size();
        List<Found> found = read(names);
        Set<Key> keys = new HashSet<>();
        found.forEach(f -> keys.add(f.key()));
        if (keys.isEmpty()) {
            return;
        }
        Map<Key, Item> there = primary.read(keys, Consistency.EVENTUAL).items();
        Set<Key> wrong = new HashSet<>();
        List<Found> twins = new ArrayList<>();
        for (Found f : found) {
            boolean twin = !f.own();
            if (twin) {
                twins.add(f);
            }
            if (twin || !Objects.equals(there.get(f.key()), f.item())) {
                wrong.add(f.key());
            }
        }
        putRight(wrong, twins, there.keySet());
    }

    private List<Found> read(List<String> names) {
        List<Supplier<Optional<Found>>> reads = names.stream()
                .map(name -> (Supplier<Optional<Found>>) () -> read(name))
                .toList();
        return calls.all(reads).stream().flatMap(Optional::stream).toList();
    }

    private Optional<Found> read(String name) {
        try {
            return folder.read(name, primary.keys())
                    .map(item -> new Found(name, primary.keys().keyOf(item.attributes()), item));
        } catch (LockstepException e) {
            if (e.retryable()) {
                throw e;
            }
            left(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private synchronized void left(String problem) {
        failed++;
        progress.warning("left as it is: " + problem);
    }

    /** A twin goes when the item's own object is durable: until then it may be the only one. */
    private void putRight(Set<Key> wrong, List<Found> twins, Set<Key> there) {
        Map<Key, ReadThrough.Open> open = wrong.isEmpty() ? Map.of() : settling.settle(wrong);
        open.forEach((key, why) -> left(folder.name() + " " + key + ": " + why.why()));
        for (Key key : wrong) {
            if (there.contains(key) && !open.containsKey(key)) {
                written++;
            } else if (!open.containsKey(key)) {
                deleted++;
            }
        }
        for (Found twin : twins) {
            if (!open.containsKey(twin.key())) {
                folder.deleteTwin(twin.name());
                deleted += there.contains(twin.key()) ? 1 : 0;
            }
        }
    }
}
