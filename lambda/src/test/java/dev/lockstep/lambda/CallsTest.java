package dev.lockstep.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CallsTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(700);

    private final Calls calls = new Calls();

    @Test
    void all_calls_are_made() {
        AtomicInteger made = new AtomicInteger();
        calls.make(
                Stream.<Runnable>generate(() -> made::incrementAndGet)
                        .limit(500)
                        .toList(),
                Deadline.in(LONG));
        assertThat(made).hasValue(500);
        assertThat(calls.ended(Deadline.in(LONG))).isTrue();
    }

    @Test
    void a_call_that_does_not_heed_the_deadline_is_not_forgotten() {
        CountDownLatch answer = new CountDownLatch(1);
        calls.make(List.of(() -> uninterruptibly(answer)), Deadline.in(SHORT));
        assertThat(calls.ended(Deadline.in(SHORT))).isFalse();
        answer.countDown();
        assertThat(calls.ended(Deadline.in(LONG))).isTrue();
    }

    /** As a read from a socket does. */
    private static void uninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // Goes on waiting.
            }
        }
    }

    @Test
    void what_has_not_begun_at_the_deadline_is_never_begun() {
        AtomicInteger made = new AtomicInteger();
        calls.make(List.of(made::incrementAndGet), Deadline.in(Duration.ZERO));
        assertThat(made).hasValue(0);
    }
}
