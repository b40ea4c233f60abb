package dev.lockstep.streams.kcl;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Bounds the memory of records that were read but not yet processed, over all shards of a worker. KCL bounds them for each
 * shard, and not those in its buffers.
 *
 * <p>A shard without an answer in hand may always read, so no shard starves and nothing can wait for itself. Thread-safe.
 */
final class Prefetch {
    private static final long LOOK_MILLIS = 5_000;

    private final long limit;
    private final int answersAhead;
    private long held;

    /** @param answersAhead how many answers a shard may hold, the one in process included */
    Prefetch(long limit, int answersAhead) {
        this.limit = limit;
        this.answersAhead = answersAhead;
    }

    Shard shard() {
        return new Shard();
    }

    synchronized long held() {
        return held;
    }

    /** One shard's part. */
    final class Shard {
        private final Deque<Long> answers = new ArrayDeque<>();

        /** Waits until this shard may read again, or some seconds have passed; tells which. */
        boolean awaitRoom() throws InterruptedException {
            synchronized (Prefetch.this) {
                long end = System.nanoTime() + LOOK_MILLIS * 1_000_000;
                while (full()) {
                    long left = (end - System.nanoTime()) / 1_000_000;
                    if (left <= 0) {
                        return false;
                    }
                    Prefetch.this.wait(left);
                }
                return true;
            }
        }

        private boolean full() {
            return answers.size() >= answersAhead || (!answers.isEmpty() && held >= limit);
        }

        void read(long bytes) {
            synchronized (Prefetch.this) {
                answers.addLast(bytes);
                held += bytes;
            }
        }

        /** The oldest answer was processed. */
        void processed() {
            synchronized (Prefetch.this) {
                Long bytes = answers.pollFirst();
                held -= bytes == null ? 0 : bytes;
                Prefetch.this.notifyAll();
            }
        }

        /** Whatever was in hand is gone: processed, or to be read again. */
        void clear() {
            synchronized (Prefetch.this) {
                while (!answers.isEmpty()) {
                    processed();
                }
                Prefetch.this.notifyAll();
            }
        }
    }
}
