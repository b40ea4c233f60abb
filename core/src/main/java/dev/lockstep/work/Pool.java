package dev.lockstep.work;

import dev.lockstep.CancelledException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Threads for single calls to a table: several at once, or one ahead of its use. Thread-safe. */
public final class Pool implements AutoCloseable {
    private static final int GRACE_SECONDS = 5;

    private final String name;
    private final ExecutorService threads;

    private Pool(String name, ExecutorService threads) {
        this.name = name;
        this.threads = threads;
    }

    /** At most so many calls at once; more wait. */
    public static Pool of(String name, int threads) {
        return new Pool(name, Executors.newFixedThreadPool(threads, Crew.daemons(name)));
    }

    /** As many calls at once as are asked for: for callers that bound themselves. */
    public static Pool unbounded(String name) {
        return new Pool(name, Executors.newCachedThreadPool(Crew.daemons(name)));
    }

    /** Starts one call ahead of its use. */
    public <T> Future<T> ahead(Callable<T> call) {
        return threads.submit(call);
    }

    /**
     * Makes all calls, several at once, and waits for all; answers in the order of the calls.
     *
     * @throws RuntimeException the first failure, with the others suppressed, after all calls have ended
     * @throws CancelledException where the calling thread was interrupted; calls not yet begun are not made
     */
    public <T> List<T> all(List<Supplier<T>> calls) {
        if (calls.size() == 1) {
            return List.of(calls.get(0).get());
        }
        List<Future<T>> futures = new ArrayList<>();
        calls.forEach(call -> futures.add(threads.submit(call::get)));
        List<T> answers = new ArrayList<>();
        RuntimeException failure = null;
        for (Future<T> future : futures) {
            try {
                answers.add(get(future));
            } catch (CancelledException e) {
                futures.forEach(f -> f.cancel(true));
                throw e;
            } catch (RuntimeException e) {
                failure = suppressing(failure, e);
            }
        }
        if (failure != null) {
            throw failure;
        }
        return answers;
    }

    private static RuntimeException suppressing(@Nullable RuntimeException first, RuntimeException next) {
        if (first == null || first == next) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }

    /** The call's answer; its failure is thrown as it was. */
    public <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (CancellationException e) {
            throw new CancelledException(name, "call");
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw new CancelledException(name, "call");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** Interrupts what still runs and waits a little for it, so that nothing is written after the caller has gone on. */
    @Override
    public void close() {
        threads.shutdownNow().forEach(Pool::cancel);
        try {
            var unused = threads.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Who waits for a call that will not be made is told so. */
    private static void cancel(Runnable call) {
        if (call instanceof Future<?> future) {
            future.cancel(true);
        }
    }
}
