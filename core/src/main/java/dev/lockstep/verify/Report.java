package dev.lockstep.verify;

/** What a caller makes of the findings, where a checkpoint has to speak of it. Called from any thread. */
public interface Report {
    /** Keeps nothing that a checkpoint would have to know. */
    Report NONE = new Report() {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public void makeDurable() {}
    };

    /** How many bytes the findings that were handed out so far take: to there it is cut back by a run that goes on. */
    long length();

    /** All of these bytes are on the disk when this returns. */
    void makeDurable();
}
