package dev.lockstep.streams.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.streams.status.History.Sample;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private Instant now = Statuses.NOW;
    private final History history = new History(() -> now);
    private final Statuses service = new Statuses();

    @Test
    void a_sample_holds_the_lags_of_its_interval_only() {
        history.observeLag(Duration.ofSeconds(9));
        history.sample(service.status());
        now = now.plusSeconds(5);
        history.observeLag(Duration.ofMillis(50), 99);
        history.observeLag(Duration.ofMillis(800));
        history.sample(service.status());

        Sample last = history.since(Statuses.NOW).get(0);
        assertThat(last)
                .isEqualTo(new Sample(
                        Statuses.NOW.plusSeconds(5),
                        Optional.of(Duration.ofMillis(50)),
                        Optional.of(Duration.ofMillis(50)),
                        Optional.of(Duration.ofMillis(800)),
                        service.changesPerSecond,
                        service.writesPerSecond));
    }

    @Test
    void what_still_waits_shows_although_no_change_comes_through() {
        service.lag = Optional.of(Duration.ofMinutes(3));
        history.sample(service.status());
        Sample stuck = history.since(Instant.EPOCH).get(0);
        assertThat(stuck.worst()).contains(Duration.ofMinutes(3));
        assertThat(stuck.p50()).isEmpty();
        assertThat(stuck.p99()).isEmpty();
    }

    @Test
    void an_hour_is_kept_and_no_more() {
        for (int i = 0; i < 2 * History.SAMPLES; i++) {
            now = now.plus(History.INTERVAL);
            history.sample(service.status());
        }
        List<Sample> samples = history.since(Instant.EPOCH);
        assertThat(samples).hasSize(720);
        assertThat(samples.get(719).at()).isEqualTo(now);
        assertThat(Duration.between(samples.get(0).at(), now)).isEqualTo(Duration.ofSeconds(719 * 5));
        assertThat(history.since(now.minusSeconds(5))).containsExactly(samples.get(719));
    }

    @Test
    void who_asks_for_what_came_after_a_sample_in_milliseconds_does_not_get_it_again() {
        now = now.plusNanos(123_456_789);
        history.sample(service.status());
        long seen = history.since(Instant.EPOCH).get(0).at().toEpochMilli();
        assertThat(history.since(Instant.ofEpochMilli(seen))).isEmpty();
    }

    @Test
    void nothing_is_lost_between_threads_that_observe_and_one_that_samples() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int i = 0; i < 10_000; i++) {
                    history.observeLag(Duration.ofMillis(i % 700));
                }
            });
            thread.start();
            threads.add(thread);
        }
        go.countDown();
        while (threads.stream().anyMatch(Thread::isAlive)) {
            history.sample(service.status());
        }
        assertThat(history.lags().total()).isEqualTo(40_000);
    }
}
