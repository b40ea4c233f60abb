package dev.lockstep.scan;

import dev.lockstep.CancelledException;
import dev.lockstep.table.Item;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Reads the same segment of a primary and of its replicas in step: always the side that is behind, the primary once for
 * all replicas. Used by one thread.
 */
public final class TwinScan {
    /** What becomes of the pages of one replica and of the primary's. */
    public interface Follower {
        Scan replica();

        /** Whether the replica should be read before more of the primary. */
        boolean behind();

        void primaryPage(List<Item> items, boolean last);

        void replicaPage(List<Item> items, boolean last);

        /** Both sides were read to their end. */
        void end();
    }

    /** Saves, where the scans are held, what came of the pages handed out so far. */
    public interface Saving {
        /** All pages were worked on; they are saved when this returns. */
        void save();

        /** Both sides are at their end, and all is decided. */
        void ended();

        Saving NONE = new Saving() {
            @Override
            public void save() {}

            @Override
            public void ended() {}
        };
    }

    private final Scan primary;
    private final List<? extends Follower> followers;
    private final LongConsumer primaryItemsRead;
    private final Saving saving;

    public TwinScan(Scan primary, List<? extends Follower> followers, LongConsumer primaryItemsRead, Saving saving) {
        this.primary = primary;
        this.followers = followers;
        this.primaryItemsRead = primaryItemsRead;
        this.saving = saving;
    }

    public void run() {
        while (step()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("scan", "segment");
            }
        }
        followers.forEach(Follower::end);
        saving.ended();
    }

    private boolean step() {
        Optional<? extends Follower> behind = followers.stream()
                .filter(f -> !f.replica().done() && (primary.done() || f.behind()))
                .findFirst();
        if (behind.isPresent()) {
            Follower follower = behind.get();
            saveBefore(follower.replica());
            List<Item> page = follower.replica().next();
            follower.replicaPage(page, follower.replica().done());
            return true;
        }
        if (primary.done()) {
            return false;
        }
        saveBefore(primary);
        List<Item> page = primary.next();
        primaryItemsRead.accept(page.size());
        followers.forEach(f -> f.primaryPage(page, primary.done()));
        return true;
    }

    /** Only when a side needs a page while its last one is not saved: by then the halves of most items have met. */
    private void saveBefore(Scan next) {
        if (next.unsaved()) {
            saving.save();
            primary.goOn();
            followers.forEach(follower -> follower.replica().goOn());
        }
    }
}
