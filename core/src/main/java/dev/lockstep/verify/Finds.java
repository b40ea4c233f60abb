package dev.lockstep.verify;

import dev.lockstep.table.Key;
import dev.lockstep.verify.Suspect.Sight;
import java.util.ArrayList;
import java.util.List;

/** What becomes of the items that a {@link Matcher} has decided on. Used by the matcher's thread. */
interface Finds {
    /** A primary item that the replica has equally. */
    void same();

    /** @see Suspect */
    void suspect(Key key, boolean fromPrimary, Sight sight, long heap);

    /** At once. */
    static Finds direct(SuspectQueue queue, Tally tally) {
        return new Finds() {
            @Override
            public void same() {
                tally.same(1);
            }

            @Override
            public void suspect(Key key, boolean fromPrimary, Sight sight, long heap) {
                queue.add(new Suspect(key, fromPrimary, sight, heap, queue.due(), 0, tally));
            }
        };
    }

    /**
     * Not before the pages that they come from are told to the checkpoint: a kill must find a page either still to be read, or
     * read and with all that came of it.
     */
    final class Staged implements Finds {
        private final SuspectQueue queue;
        private final Ledger ledger;
        private final Tally tally;
        private List<Suspect> suspects = new ArrayList<>();
        private long same;

        Staged(SuspectQueue queue, Ledger ledger, Tally tally) {
            this.queue = queue;
            this.ledger = ledger;
            this.tally = tally;
        }

        @Override
        public void same() {
            same++;
        }

        @Override
        public void suspect(Key key, boolean fromPrimary, Sight sight, long heap) {
            suspects.add(new Suspect(key, fromPrimary, sight, heap, queue.due(), 0, tally));
        }

        /** To be called together with what tells of the pages. */
        void tell() {
            tally.same(same);
            same = 0;
            suspects.forEach(ledger::open);
        }

        /** Lets them be looked at; waits for room. After the pages are saved. */
        void release() {
            List<Suspect> told = suspects;
            suspects = new ArrayList<>();
            told.forEach(queue::add);
        }
    }
}
