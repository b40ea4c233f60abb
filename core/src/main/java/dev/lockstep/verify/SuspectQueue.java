package dev.lockstep.verify;

import dev.lockstep.CancelledException;
import dev.lockstep.table.Key;
import dev.lockstep.table.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Suspects of one replica until their difference has lasted long enough to be looked at. All wait equally long, so the
 * queue is in the order of their times. Bounded: who adds to a full queue waits. Thread-safe.
 */
final class SuspectQueue {
    private final long settleNanos;
    private final long maxWeight;
    private final long batchBytes;
    private final Map<Key, Suspect> waiting = new LinkedHashMap<>();
    private long weight;
    private int atWork;
    private boolean ended;

    SuspectQueue(Duration settle, long maxWeight, long batchBytes) {
        this.settleNanos = settle.toNanos();
        this.maxWeight = maxWeight;
        this.batchBytes = batchBytes;
    }

    long due() {
        return System.nanoTime() + settleNanos;
    }

    /** Adds a suspect, waiting for room. A key that waits already is not added twice. */
    synchronized void add(Suspect suspect) {
        while (weight >= maxWeight && !waiting.containsKey(suspect.key())) {
            pause(0);
        }
        put(suspect);
    }

    /** Puts a suspect that was being worked on back to wait once more; never blocks. */
    synchronized void addAgain(Suspect suspect) {
        put(suspect);
    }

    private void put(Suspect suspect) {
        Suspect before = waiting.get(suspect.key());
        if (before != null) {
            waiting.put(suspect.key(), before.mergedWith(suspect));
            return;
        }
        waiting.put(suspect.key(), suspect);
        weight += suspect.weight();
        notifyAll();
    }

    /** No more will be added by the scans. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** The next batch whose time has come; waits for it. Empty once all is done. Each batch must be {@link #finished}. */
    synchronized List<Suspect> take() {
        while (true) {
            if (waiting.isEmpty() && ended && atWork == 0) {
                return List.of();
            }
            long wait = waiting.isEmpty()
                    ? Long.MAX_VALUE
                    : waiting.values().iterator().next().dueNanos() - System.nanoTime();
            if (wait <= 0) {
                return batch();
            }
            pause(wait == Long.MAX_VALUE ? 0 : TimeUnit.NANOSECONDS.toMillis(wait) + 1);
        }
    }

    private List<Suspect> batch() {
        List<Suspect> batch = new ArrayList<>();
        long heap = 0;
        long now = System.nanoTime();
        Iterator<Suspect> oldest = waiting.values().iterator();
        while (oldest.hasNext() && batch.size() < Table.MAX_READ) {
            Suspect next = oldest.next();
            heap += 2 * next.heap();
            if (next.dueNanos() - now > 0 || (heap > batchBytes && !batch.isEmpty())) {
                break;
            }
            batch.add(next);
            oldest.remove();
            weight -= next.weight();
        }
        atWork++;
        notifyAll();
        return batch;
    }

    /** The batch was worked on; what of it needs another look was added before. */
    synchronized void finished() {
        atWork--;
        notifyAll();
    }

    private void pause(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("compare", "suspects");
        }
    }
}
