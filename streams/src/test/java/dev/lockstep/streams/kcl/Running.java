package dev.lockstep.streams.kcl;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A worker that runs on a thread of its own. */
final class Running {
    private static final int PATIENCE_SECONDS = 60;

    final StreamWorker worker;
    final Thread thread;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    Running(StreamWorker worker) {
        this.worker = worker;
        this.thread = new Thread(
                () -> {
                    try {
                        worker.run();
                        end.complete(null);
                    } catch (Throwable t) {
                        end.completeExceptionally(t);
                    }
                },
                "test-worker");
        thread.setDaemon(true);
        thread.start();
    }

    boolean ended() {
        return end.isDone();
    }

    /** What run() threw; null where it returned. */
    Throwable failure() {
        try {
            end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("the worker did not end", e);
        }
    }
}
