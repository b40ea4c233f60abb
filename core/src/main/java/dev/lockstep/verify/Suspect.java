package dev.lockstep.verify;

import dev.lockstep.table.Key;

/**
 * A key at which the scans, or an earlier look, saw the tables differ.
 *
 * @param fromPrimary whether it counts as a primary item; else it is one that only the replica's scan saw
 * @param fingerprint of the primary's item as it was seen, 0 for none: if it is another at the next look, the primary
 *     was written to and the difference may be that write, still on its way
 * @param heap about how many bytes of heap the items at this key take
 * @param dueNanos when it may be looked at, by {@code System.nanoTime()}
 * @param looks how often it was looked at by strong reads
 * @param tally where it is counted in the end
 */
record Suspect(Key key, boolean fromPrimary, int fingerprint, long heap, long dueNanos, int looks, Tally tally) {

    /** A fingerprint that no item has: the primary was not seen yet. */
    static final int UNSEEN = 2;

    Suspect lookAgain(int newFingerprint, long newDueNanos) {
        return new Suspect(key, fromPrimary, newFingerprint, heap, newDueNanos, looks + 1, tally);
    }

    /** Counting as a primary item if either of the two does. */
    Suspect mergedWith(Suspect later) {
        return fromPrimary || !later.fromPrimary
                ? this
                : new Suspect(key, true, fingerprint, heap, dueNanos, looks, tally);
    }

    /** What this record itself holds while it waits. */
    long weight() {
        return 160 + key.heap();
    }
}
