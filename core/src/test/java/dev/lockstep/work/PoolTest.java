package dev.lockstep.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lockstep.CancelledException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PoolTest {
    private static int met(CyclicBarrier barrier, int answer) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
            return answer;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void answersComeInTheOrderOfTheCalls() {
        CountDownLatch second = new CountDownLatch(1);
        try (Pool pool = Pool.of("test", 2)) {
            List<Supplier<String>> calls = List.of(
                    () -> {
                        await(second);
                        return "first";
                    },
                    () -> {
                        second.countDown();
                        return "second";
                    });
            assertThat(pool.all(calls)).containsExactly("first", "second");
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
    void callsRunAtOnce() {
        CyclicBarrier together = new CyclicBarrier(5);
        List<Supplier<Integer>> calls = IntStream.range(0, 5)
                .<Supplier<Integer>>mapToObj(i -> () -> met(together, i))
                .toList();
        try (Pool pool = Pool.unbounded("test")) {
            assertThat(pool.all(calls)).containsExactly(0, 1, 2, 3, 4);
        }
        try (Pool pool = Pool.of("test", 5)) {
            assertThat(pool.all(calls)).containsExactly(0, 1, 2, 3, 4);
        }
    }

    @Test
    void noMoreCallsRunAtOnceThanThereAreThreads() {
        AtomicInteger running = new AtomicInteger();
        CyclicBarrier pairs = new CyclicBarrier(2);
        Supplier<Integer> call = () -> {
            int now = running.incrementAndGet();
            met(pairs, 0);
            running.decrementAndGet();
            return now;
        };
        try (Pool pool = Pool.of("test", 2)) {
            assertThat(pool.all(List.of(call, call, call, call, call, call))).allMatch(n -> n <= 2);
        }
    }

    @Test
    void noCallsAreNoAnswers() {
        try (Pool pool = Pool.of("test", 1)) {
            assertThat(pool.all(List.of())).isEmpty();
        }
    }

    @Test
    void oneCallIsMadeByTheCallerItself() {
        try (Pool pool = Pool.of("test", 1)) {
            assertThat(pool.all(List.of(Thread::currentThread))).containsExactly(Thread.currentThread());
        }
    }

    @Test
    void afterAFailureTheOtherCallsAreWaitedForAndTheirFailuresSuppressed() {
        IllegalStateException first = new IllegalStateException("first");
        IllegalStateException second = new IllegalStateException("second");
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger done = new AtomicInteger();
        try (Pool pool = Pool.of("test", 3)) {
            List<Supplier<Integer>> calls = List.of(
                    () -> {
                        go.countDown();
                        throw first;
                    },
                    () -> {
                        await(go);
                        return done.incrementAndGet();
                    },
                    () -> {
                        await(go);
                        throw second;
                    });
            Throwable thrown = catchThrowable(() -> pool.all(calls));
            assertThat(thrown).isSameAs(first);
            assertThat(thrown.getSuppressed()).containsExactly(second);
            assertThat(done).hasValue(1);
        }
    }

    @Test
    void aCallAheadIsGotLater() throws Exception {
        try (Pool pool = Pool.unbounded("test")) {
            CountDownLatch go = new CountDownLatch(1);
            Future<String> answer = pool.ahead(() -> {
                await(go);
                return Thread.currentThread().getName();
            });
            assertThat(answer).isNotDone();
            go.countDown();
            assertThat(pool.get(answer)).startsWith("lockstep-test-");
        }
    }

    @Test
    void aFailureAheadIsThrownAsItWas() {
        IllegalStateException failure = new IllegalStateException();
        AssertionError error = new AssertionError();
        IOException checked = new IOException();
        try (Pool pool = Pool.unbounded("test")) {
            assertThat(catchThrowable(() -> pool.get(pool.ahead(() -> raise(failure)))))
                    .isSameAs(failure);
            assertThat(catchThrowable(() -> pool.get(pool.ahead(() -> raise(error)))))
                    .isSameAs(error);
            assertThatThrownBy(() -> pool.get(pool.ahead(() -> raise(checked)))).hasCause(checked);
        }
    }

    private static Object raise(Throwable failure) throws Exception {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (Exception) failure;
    }

    @Test
    void anInterruptOfTheWaitingThreadCancels() throws Exception {
        CountDownLatch waiting = new CountDownLatch(2);
        try (Pool pool = Pool.of("test", 2)) {
            Supplier<Integer> stuck = () -> {
                waiting.countDown();
                return met(new CyclicBarrier(2), 0);
            };
            FutureTask<Boolean> call = new FutureTask<>(() -> {
                assertThatThrownBy(() -> pool.all(List.of(stuck, stuck))).isInstanceOf(CancelledException.class);
                return Thread.currentThread().isInterrupted();
            });
            Thread thread = new Thread(call);
            thread.start();
            await(waiting);
            thread.interrupt();
            assertThat(call.get(10, TimeUnit.SECONDS)).as("still interrupted").isTrue();
        }
    }

    @Test
    void anInterruptOfTheWaitingThreadInterruptsTheCallAhead() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        try (Pool pool = Pool.unbounded("test")) {
            FutureTask<Void> call = new FutureTask<>(() -> {
                Future<String> ahead = pool.ahead(() -> untilInterrupted(started, interrupted));
                assertThatThrownBy(() -> pool.get(ahead)).isInstanceOf(CancelledException.class);
                return null;
            });
            Thread thread = new Thread(call);
            thread.start();
            await(started);
            thread.interrupt();
            call.get(10, TimeUnit.SECONDS);
            await(interrupted);
        }
    }

    private static String untilInterrupted(CountDownLatch started, CountDownLatch interrupted) {
        started.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
        return "";
    }

    @Test
    void closingInterruptsWhatStillRuns() {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        try (Pool pool = Pool.of("test", 1)) {
            var unused = pool.ahead(() -> untilInterrupted(started, interrupted));
            await(started);
        }
        await(interrupted);
    }
}
