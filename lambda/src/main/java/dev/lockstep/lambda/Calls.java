package dev.lockstep.lambda;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Makes the calls of one event, several at once, and ends in time.
 *
 * <p>A call that does not end, although it was interrupted, is not forgotten: until it has, no event is begun, else its
 * write could come after a newer one. Used by one thread at a time.
 */
final class Calls {
    static final int AT_ONCE = 32;

    private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE, Calls::daemon);
    private final Object lock = new Object();
    private int underWay;

    /** Makes the calls until the deadline stops them; then some were not made, and some may have been cut off. */
    void make(List<Runnable> calls, Deadline deadline) {
        CountDownLatch left = new CountDownLatch(calls.size());
        List<Future<?>> futures = new ArrayList<>();
        for (Runnable call : calls) {
            futures.add(threads.submit(() -> {
                try {
                    make(call, deadline);
                } finally {
                    left.countDown();
                }
            }));
        }
        try {
            if (!left.await(Math.max(0, deadline.untilStop()), TimeUnit.NANOSECONDS)) {
                futures.forEach(future -> future.cancel(true));
            }
        } catch (InterruptedException e) {
            futures.forEach(future -> future.cancel(true));
            Thread.currentThread().interrupt();
        }
        ended(deadline);
    }

    private void make(Runnable call, Deadline deadline) {
        synchronized (lock) {
            if (deadline.passed()) {
                return;
            }
            underWay++;
        }
        try {
            call.run();
        } finally {
            synchronized (lock) {
                underWay--;
                lock.notifyAll();
            }
        }
    }

    /** Whether all calls have ended, waiting for them no longer than the deadline allows. */
    boolean ended(Deadline deadline) {
        synchronized (lock) {
            try {
                for (long nanos = deadline.untilEnd(); underWay > 0 && nanos > 0; nanos = deadline.untilEnd()) {
                    TimeUnit.NANOSECONDS.timedWait(lock, nanos);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return underWay == 0;
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "call");
        thread.setDaemon(true);
        return thread;
    }
}
