package dev.lockstep.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.CancelledException;
import dev.lockstep.capacity.PaceSimulation.Charge;
import dev.lockstep.capacity.PaceSimulation.Service;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaceTest {
    private static final double SECOND = 1e9;

    private final AtomicLong clock = new AtomicLong();
    private final Pace pace = new Pace(10, clock::get);

    /** Random budgets, threads, costs, latencies and wrong guesses; the service charges at any moment of a call. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void in_no_five_seconds_more_than_the_budget_and_one_call_and_nine_tenths_of_it_are_used(long seed) {
        for (int run = 0; run < 25; run++) {
            PaceSimulation simulation = PaceSimulation.random(1_000 * seed + run);
            List<Charge> charges = simulation.run(Service.NEVER_THROTTLES, 60);
            double largest = charges.stream().mapToDouble(Charge::units).max().orElseThrow();
            assertThat(PaceSimulation.mostInWindow(charges))
                    .as("seed %d run %d: %s", seed, run, simulation)
                    .isLessThanOrEqualTo(5 * simulation.budget() + largest + 1e-6);
            assertThat(charges.stream().mapToDouble(Charge::units).sum() / 60)
                    .as("seed %d run %d: %s", seed, run, simulation)
                    .isGreaterThanOrEqualTo(0.9 * simulation.budget());
        }
    }

    @Test
    void of_idle_time_no_more_than_a_second_is_saved_up() {
        clock.addAndGet((long) (100 * SECOND));
        pace.turnNow(20, 20).orElseThrow().settle(20);
        assertThat(pace.untilNext() / SECOND).isCloseTo(1, within(0.01));
    }

    @Test
    void what_a_call_consumed_beyond_its_guess_is_paid_before_the_next() {
        pace.turnNow(1, 50).orElseThrow().settle(31);
        assertThat(pace.untilNext() / SECOND).isCloseTo(3.1, within(0.01));
    }

    @Test
    void what_came_of_a_call_that_nobody_settles_counts_as_expected() {
        pace.turnNow(30, 50).orElseThrow().close();
        assertThat(pace.untilNext() / SECOND).isCloseTo(3, within(0.01));
    }

    @Test
    void throttled_calls_lower_the_rate_once_for_all_calls_under_way_and_it_comes_back() {
        Pace wide = new Pace(100, clock::get);
        Pace.Turn first = wide.turnNow(50, 50).orElseThrow();
        clock.addAndGet((long) (2 * SECOND));
        Pace.Turn second = wide.turnNow(50, 50).orElseThrow();
        wide.turnNow(100, 100).orElseThrow().settle(100);
        second.slow(1);
        first.slow(1);
        assertThat(wide.rate()).isBetween(60.0, 70.0);
        assertThat(wide.yields()).isTrue();
        clock.addAndGet((long) SECOND);
        assertThat(wide.rate()).isBetween(80.0, 99.0);
        clock.addAndGet((long) (2 * SECOND));
        assertThat(wide.rate()).isEqualTo(100);
        assertThat(wide.yields()).isFalse();
    }

    @Test
    void a_throttle_now_and_then_costs_little() {
        Pace wide = new Pace(100, clock::get);
        clock.addAndGet((long) (2 * SECOND));
        Pace.Turn turn = wide.turnNow(5, 5).orElseThrow();
        wide.turnNow(95, 95).orElseThrow().settle(95);
        turn.slow(1);
        assertThat(wide.rate()).isBetween(80.0, 95.0);
    }

    @Test
    void without_a_budget_the_rate_follows_what_the_service_gives_and_the_limit_goes_when_throttling_ends() {
        Pace free = new Pace(Double.POSITIVE_INFINITY, clock::get);
        assertThat(free.limited()).isFalse();
        clock.addAndGet((long) (6 * SECOND));
        Pace.Turn turn = free.turnNow(50, 50).orElseThrow();
        for (int i = 0; i < 10; i++) {
            free.turnNow(10, 10).orElseThrow().settle(10);
        }
        turn.slow(1);
        assertThat(free.rate()).isBetween(60.0, 70.0);
        clock.addAndGet((long) SECOND);
        assertThat(free.rate()).isBetween(110.0, 140.0);
        for (int i = 0; i < 10; i++) {
            clock.addAndGet((long) SECOND);
            free.rate();
        }
        assertThat(free.limited()).isFalse();
    }

    /** Faults of all kinds, not only a lack of capacity, look like throttling. */
    @ParameterizedTest
    @ValueSource(doubles = {0.02, 0.05, 0.1, 0.25})
    void calls_that_are_refused_at_random_do_not_bring_the_work_to_a_standstill(double part) {
        PaceSimulation simulation = new PaceSimulation(9, Double.POSITIVE_INFINITY, 8, 1, 0.02);
        List<Charge> charges = simulation.run(Service.refusing(part), 60);
        double perfect = 8 / 0.02;
        assertThat(PaceSimulation.rate(charges, 5, 60)).isGreaterThan(0.15 * perfect);
    }

    /** Another client takes half of what the table has: each of its calls that fails is tried again at once. */
    @ParameterizedTest
    @ValueSource(doubles = {Double.POSITIVE_INFINITY, 400})
    void beside_another_client_both_get_a_share_and_all_is_used_again_when_it_is_gone(double budget) {
        PaceSimulation simulation = new PaceSimulation(7, budget, 8, 5, 0.02);
        Service shared = Service.of(200, time -> time < 60 ? 100 : 0);
        List<Charge> charges = simulation.run(shared, 120);
        double beside = PaceSimulation.rate(charges, 10, 60);
        double alone = PaceSimulation.rate(charges, 70, 120);
        assertThat(beside).isBetween(50.0, 130.0);
        assertThat(alone).isBetween(120.0, 205.0);
        assertThat(shared.othersRefused() / 60 / 100).isLessThan(0.2);
    }

    @Test
    void an_interrupt_ends_the_wait() {
        Pace real = new Pace(1);
        real.turn(1_000, 1_000).close();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> real.turn(1, 1)).isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void a_settlement_wakes_whoever_waits_for_a_call_under_way() throws Exception {
        Pace real = new Pace(1_000);
        Pace.Turn first = real.turn(1, 100_000);
        Thread second = new Thread(() -> real.turn(1, 1).close());
        second.start();
        second.join(50);
        assertThat(second.isAlive()).isTrue();
        first.settle(1);
        second.join(800);
        assertThat(second.isAlive()).isFalse();
    }

    @Test
    void a_budget_of_nothing_is_none() {
        assertThatThrownBy(() -> new Pace(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pace(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
