package dev.lockstep.streams;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.replicate.Backlog;
import dev.lockstep.replicate.Backlog.Entry;
import dev.lockstep.replicate.DeadLetters;
import dev.lockstep.replicate.DeadLetters.Letter;
import dev.lockstep.replicate.Delivery;
import dev.lockstep.replicate.Destination.Refused;
import dev.lockstep.replicate.ReadThrough.Open;
import dev.lockstep.replicate.ReplacedException;
import dev.lockstep.table.Key;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Works off the backlog of one destination: brings each noted key into step with what the primary holds now, while the
 * stream's changes may arrive at the same time, and forgets it.
 *
 * <p>One process of a name does it at a time ({@link Claim}); the others watch for the end. Run by one thread.
 */
final class Drain {
    /** Makes keys equal to the primary's; returns those that are not, with the reason. */
    interface Settler {
        Map<Key, Open> settle(Collection<Entry> entries);
    }

    /** A write that was given up may still be under way for a moment: keys are not settled before it has ended. */
    static final Duration REST = Duration.ofSeconds(2);

    private final Delivery delivery;
    private final Backlog backlog;
    private final Settler settler;
    private final DeadLetters deadLetters;
    private final Claim claim;
    private final BooleanSupplier ready;
    private volatile long remaining = -1;
    private volatile long notedBefore;

    /** @param ready false while the destination's first copy is under way: what is settled too early, it would undo */
    Drain(
            Delivery delivery,
            Backlog backlog,
            Settler settler,
            DeadLetters deadLetters,
            Claim claim,
            BooleanSupplier ready) {
        this.delivery = delivery;
        this.backlog = backlog;
        this.settler = settler;
        this.deadLetters = deadLetters;
        this.claim = claim;
        this.ready = ready;
    }

    /** The destination's name. */
    String id() {
        return delivery.destination().name();
    }

    boolean away() {
        return delivery.health().away();
    }

    /**
     * One look at the backlog, and work on it where it is this process's turn.
     *
     * @return how many keys are left, as far as seen
     * @throws CancelledException where the thread was interrupted
     * @throws ReplacedException where the destination was made anew
     */
    long pass() {
        long noted = delivery.health().noted();
        try {
            remaining = ready.getAsBoolean() ? turn() : backlog.size();
            notedBefore = noted;
        } catch (CancelledException | ReplacedException e) {
            throw e;
        } catch (LockstepException e) {
            // Whatever it was, the keys are still there, and the next pass tries again.
            delivery.failed(e.problem());
            remaining = Math.max(1, remaining);
        }
        return remaining;
    }

    private long turn() {
        if (away()) {
            delivery.requireSame();
        }
        // Before that, what made it go away is too young to have been tried, and that nothing older is left says
        // nothing.
        boolean triedSince = delivery.awayFor().compareTo(REST) > 0;
        Left left = claim.hold() ? work() : look();
        if (left.old == 0 && (left.young == 0 || triedSince)) {
            delivery.back();
        }
        return left.old + left.young;
    }

    /** Whether nothing was left at the last pass, and nothing was noted by this process since. */
    boolean empty() {
        return remaining == 0 && delivery.health().noted() == notedBefore;
    }

    /** How many keys were left at the last pass. */
    long remaining() {
        return Math.max(0, remaining);
    }

    private static final class Left {
        private long old;
        private long young;
    }

    /** The noting machine's clock may go ahead of ours: then it is no reason to wait. */
    private static boolean rested(Entry entry) {
        long age = System.currentTimeMillis() - entry.notedMillis();
        return age >= REST.toMillis() || age < 0;
    }

    private Left look() {
        Left left = new Left();
        backlog.forEach(some -> count(some, left));
        return left;
    }

    private static void count(List<Entry> entries, Left left) {
        long old = entries.stream().filter(Drain::rested).count();
        left.old += old;
        left.young += entries.size() - old;
    }

    private Left work() {
        Left left = new Left();
        backlog.forEach(some -> {
            if (!claim.hold()) {
                count(some, left);
                return;
            }
            List<Entry> due = new ArrayList<>(some);
            due.removeIf(entry -> !rested(entry));
            left.young += some.size() - due.size();
            Map<Key, Open> open = due.isEmpty() ? Map.of() : settler.settle(due);
            Set<Key> unsettled = new HashSet<>(open.keySet());
            unsettled.removeAll(park(open.values()));
            backlog.strike(due.stream()
                    .filter(entry -> !unsettled.contains(entry.key()))
                    .toList());
            left.old += unsettled.size();
            open.entrySet().stream()
                    .filter(e -> unsettled.contains(e.getKey()))
                    .findFirst()
                    .ifPresent(e -> delivery.failed(e.getValue().why()));
        });
        return left;
    }

    /**
     * Sets aside what the destination will never take: else it would be away for ever. If the primary's item has changed
     * since, that was noted, too, or comes by the stream.
     */
    private Set<Key> park(Collection<Open> open) {
        List<Refused> refused = open.stream().flatMap(o -> o.refused().stream()).toList();
        if (!refused.isEmpty()) {
            deadLetters.park(refused.stream()
                    .map(r -> Letter.ofItem(
                            "the backlog",
                            r.change().key(),
                            r.change().image(),
                            id(),
                            r.reason().problem()))
                    .toList());
        }
        return refused.stream().map(r -> r.change().key()).collect(Collectors.toSet());
    }

    void close() {
        claim.release();
    }
}
