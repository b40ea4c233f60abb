package dev.lockstep.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lockstep.CancelledException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CrewTest {
    /** Waits until it is interrupted, as a task does that is cancelled. */
    private static void untilInterrupted(CountDownLatch started) {
        started.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("wait", "test");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void allTasksRunAtOnceAndAreJoined() {
        CyclicBarrier together = new CyclicBarrier(4);
        AtomicInteger done = new AtomicInteger();
        try (Crew crew = new Crew("test")) {
            for (int i = 0; i < 4; i++) {
                crew.start(() -> {
                    try {
                        together.await(20, TimeUnit.SECONDS);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                    done.incrementAndGet();
                });
            }
            crew.join();
            assertThat(done).hasValue(4);
        }
    }

    @Test
    void aCrewWithoutTasksIsJoinedAtOnce() {
        try (Crew crew = new Crew("test")) {
            crew.join();
        }
    }

    @Test
    void theFirstFailureStopsTheOthersAndIsThrownAsItWas() {
        CountDownLatch started = new CountDownLatch(2);
        AtomicInteger stopped = new AtomicInteger();
        IllegalStateException failure = new IllegalStateException("first");
        try (Crew crew = new Crew("test")) {
            for (int i = 0; i < 2; i++) {
                crew.start(() -> {
                    try {
                        untilInterrupted(started);
                    } finally {
                        stopped.incrementAndGet();
                    }
                });
            }
            crew.start(() -> {
                await(started);
                throw failure;
            });
            assertThat(catchThrowable(crew::join)).isSameAs(failure).hasNoSuppressedExceptions();
            assertThat(stopped).hasValue(2);
        }
    }

    @Test
    void failuresOfTheOthersAreSuppressed() {
        CountDownLatch started = new CountDownLatch(1);
        IllegalStateException first = new IllegalStateException("first");
        IllegalStateException second = new IllegalStateException("second");
        try (Crew crew = new Crew("test")) {
            crew.start(() -> {
                try {
                    untilInterrupted(started);
                } catch (CancelledException e) {
                    throw second;
                }
            });
            crew.start(() -> {
                await(started);
                throw first;
            });
            Throwable thrown = catchThrowable(crew::join);
            assertThat(thrown).isSameAs(first);
            assertThat(thrown.getSuppressed()).containsExactly(second);
        }
    }

    @Test
    void anErrorIsThrownAsAnError() {
        AssertionError error = new AssertionError("broken");
        try (Crew crew = new Crew("test")) {
            crew.start(() -> {
                throw error;
            });
            assertThat(catchThrowable(crew::join)).isSameAs(error);
        }
    }

    @Test
    void anInterruptOfTheJoiningThreadStopsAll() throws Exception {
        CountDownLatch started = new CountDownLatch(2);
        AtomicInteger stopped = new AtomicInteger();
        FutureTask<Boolean> join = new FutureTask<>(() -> {
            try (Crew crew = new Crew("test")) {
                for (int i = 0; i < 2; i++) {
                    crew.start(() -> {
                        try {
                            untilInterrupted(started);
                        } finally {
                            stopped.incrementAndGet();
                        }
                    });
                }
                assertThatThrownBy(crew::join).isInstanceOf(CancelledException.class);
                assertThat(stopped).hasValue(2);
                return Thread.currentThread().isInterrupted();
            }
        });
        Thread thread = new Thread(join);
        thread.start();
        await(started);
        thread.interrupt();
        assertThat(join.get(20, TimeUnit.SECONDS)).as("still interrupted").isTrue();
    }

    @Test
    void closingInterruptsWhatStillRuns() {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        try (Crew crew = new Crew("test")) {
            crew.start(() -> {
                try {
                    untilInterrupted(started);
                } finally {
                    stopped.countDown();
                }
            });
            await(started);
        }
        await(stopped);
    }

    @Test
    void itsThreadsHaveNamesAndDoNotKeepTheProcessAlive() {
        AtomicReference<String> name = new AtomicReference<>();
        AtomicBoolean daemon = new AtomicBoolean();
        try (Crew crew = new Crew("test")) {
            crew.start(() -> {
                name.set(Thread.currentThread().getName());
                daemon.set(Thread.currentThread().isDaemon());
            });
            crew.join();
        }
        assertThat(name).hasValue("lockstep-test-0");
        assertThat(daemon).isTrue();
    }
}
