package dev.lockstep.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.CancelledException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final AtomicLong clock = new AtomicLong();
    private final Pace pace = new Pace(10, clock::get, clock::addAndGet);

    @Test
    void over_any_time_the_budget_is_exceeded_by_one_call_at_most() {
        for (int call = 0; call < 20; call++) {
            pace.await();
            pace.charge(5);
            assertThat(5.0 * (call + 1)).isLessThanOrEqualTo(10 * clock.get() / 1e9 + 5 + 1e-6);
        }
        assertThat(clock.get()).isEqualTo((long) (19 * 0.5e9));
    }

    @Test
    void idle_time_is_not_saved_up() {
        clock.addAndGet((long) 100e9);
        pace.await();
        pace.charge(20);
        pace.await();
        assertThat(clock.get()).isEqualTo((long) 102e9);
    }

    @Test
    void an_interrupt_ends_the_wait() {
        Pace real = new Pace(1);
        real.charge(1_000);
        Thread.currentThread().interrupt();
        assertThatThrownBy(real::await).isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
