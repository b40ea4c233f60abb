package dev.lockstep.work;

import dev.lockstep.CancelledException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads that do one job together: all finish, or the first failure stops all of them.
 *
 * <p>Used by one thread, which starts the tasks and joins them; an interrupt of that thread interrupts the crew.
 */
public final class Crew implements AutoCloseable {
    /** How long interrupted tasks may take to finish what they have in hand. */
    private static final int GRACE_SECONDS = 10;

    private final String job;
    private final ExecutorService threads;
    private final BlockingQueue<Result> results = new LinkedBlockingQueue<>();
    private final List<Future<?>> started = new ArrayList<>();

    private record Result(@Nullable Throwable failure) {}

    public Crew(String job) {
        this.job = job;
        this.threads = Executors.newCachedThreadPool(daemons(job));
    }

    /** Starts a task on a thread of its own. */
    public void start(Runnable task) {
        started.add(threads.submit(() -> results.add(new Result(run(task)))));
    }

    private static @Nullable Throwable run(Runnable task) {
        try {
            task.run();
            return null;
        } catch (Throwable t) {
            return t;
        }
    }

    /**
     * Waits until all tasks are done.
     *
     * @throws RuntimeException the first failure, with the others suppressed
     * @throws CancelledException where the calling thread was interrupted
     */
    public void join() {
        try {
            for (int i = 0; i < started.size(); i++) {
                Throwable failure = results.take().failure();
                if (failure != null) {
                    stop();
                    throw failed(failure);
                }
            }
        } catch (InterruptedException e) {
            stop();
            Thread.currentThread().interrupt();
            throw new CancelledException(job, "tables");
        }
    }

    private RuntimeException failed(Throwable first) {
        for (Result other = results.poll(); other != null; other = results.poll()) {
            Throwable failure = other.failure();
            if (failure != null && !(failure instanceof CancelledException) && failure != first) {
                first.addSuppressed(failure);
            }
        }
        if (first instanceof Error error) {
            throw error;
        }
        return (RuntimeException) first;
    }

    private void stop() {
        threads.shutdownNow();
        try {
            var unused = threads.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends what still runs. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** Named threads that do not keep the process alive. */
    public static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "lockstep-" + name + "-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }
}
