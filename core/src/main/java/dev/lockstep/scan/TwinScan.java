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

    private final Scan primary;
    private final List<? extends Follower> followers;
    private final LongConsumer primaryItemsRead;

    public TwinScan(Scan primary, List<? extends Follower> followers, LongConsumer primaryItemsRead) {
        this.primary = primary;
        this.followers = followers;
        this.primaryItemsRead = primaryItemsRead;
    }

    public void run() {
        while (step()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("scan", "segment");
            }
        }
        followers.forEach(Follower::end);
    }

    private boolean step() {
        Optional<? extends Follower> behind = followers.stream()
                .filter(f -> !f.replica().done() && (primary.done() || f.behind()))
                .findFirst();
        if (behind.isPresent()) {
            Follower follower = behind.get();
            List<Item> page = follower.replica().next();
            follower.replicaPage(page, follower.replica().done());
            return true;
        }
        if (primary.done()) {
            return false;
        }
        List<Item> page = primary.next();
        primaryItemsRead.accept(page.size());
        followers.forEach(f -> f.primaryPage(page, primary.done()));
        return true;
    }
}
