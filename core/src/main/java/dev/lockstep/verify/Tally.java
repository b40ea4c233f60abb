package dev.lockstep.verify;

import dev.lockstep.verify.Discrepancy.Kind;
import java.util.concurrent.atomic.LongAdder;

/** Counts of one replica (or of one segment of it, in a sample). Thread-safe. */
final class Tally {
    private final int number;
    private final LongAdder same = new LongAdder();
    private final LongAdder missing = new LongAdder();
    private final LongAdder different = new LongAdder();
    private final LongAdder extra = new LongAdder();
    private final LongAdder unsettled = new LongAdder();
    private final LongAdder repaired = new LongAdder();

    Tally(int number) {
        this.number = number;
    }

    /** Of the segment in a sample; else 0. */
    int number() {
        return number;
    }

    void same(long items) {
        same.add(items);
    }

    /** What an earlier run counted. */
    void add(DiffResult.Counts counts) {
        same.add(counts.same());
        missing.add(counts.missing());
        different.add(counts.different());
        extra.add(counts.extra());
        unsettled.add(counts.unsettled());
        repaired.add(counts.repaired());
    }

    void unsettled() {
        unsettled.increment();
    }

    void repaired() {
        repaired.increment();
    }

    void found(Kind kind) {
        switch (kind) {
            case MISSING -> missing.increment();
            case DIFFERENT -> different.increment();
            case EXTRA -> extra.increment();
        }
    }

    DiffResult.Counts counts() {
        return new DiffResult.Counts(
                same.sum(), missing.sum(), different.sum(), extra.sum(), unsettled.sum(), repaired.sum());
    }
}
