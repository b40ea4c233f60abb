package dev.lockstep.verify;

import dev.lockstep.table.Key;

/**
 * A key at which the scans, or an earlier look, saw the tables differ.
 *
 * @param fromPrimary whether it counts as a primary item; else it is one that only the replica's scan saw
 * @param sight what the tables held when it was last seen: if that is another at the next look, the difference may be a
 *     write that is still on its way
 * @param heap about how many bytes of heap the items at this key take
 * @param dueNanos when it may be looked at, by {@code System.nanoTime()}
 * @param looks how often it was looked at by strong reads
 * @param tally where it is counted in the end
 */
record Suspect(Key key, boolean fromPrimary, Sight sight, long heap, long dueNanos, int looks, Tally tally) {

    /** Fingerprints of the two items at a key, {@link Comparison#sight}; 0 for none. */
    record Sight(int primary, int replica) {
        /** A fingerprint that no item has. */
        private static final int UNSEEN = 2;

        static final Sight NONE = new Sight(UNSEEN, UNSEEN);
    }

    Suspect lookAgain(Sight now, long newDueNanos) {
        return new Suspect(key, fromPrimary, now, heap, newDueNanos, looks + 1, tally);
    }

    /** Counting as a primary item if either of the two does. */
    Suspect mergedWith(Suspect later) {
        return fromPrimary || !later.fromPrimary ? this : new Suspect(key, true, sight, heap, dueNanos, looks, tally);
    }

    /** What this record itself holds while it waits. */
    long weight() {
        return 160 + key.heap();
    }
}
