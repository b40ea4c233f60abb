package dev.lockstep.streams.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.streams.status.Status.Phase;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class HealthTest {
    private final Statuses service = new Statuses();

    @ParameterizedTest
    @EnumSource(value = Phase.class, names = "FAILED", mode = Mode.EXCLUDE)
    void a_process_that_works_is_alive_whatever_it_does(Phase phase) {
        service.phase = phase;
        assertThat(alive().good()).isTrue();
    }

    @Test
    void one_that_failed_is_not_alive_and_says_why() {
        service.phase = Phase.FAILED;
        service.problem = Optional.of("the stream is gone");
        assertThat(alive()).isEqualTo(new Health(false, "failed: the stream is gone"));
        assertThat(ready()).isEqualTo(alive());
    }

    @Test
    void one_whose_loop_hangs_is_not_alive() {
        service.aliveAt = Statuses.NOW.minus(Health.SILENCE);
        assertThat(alive().good()).isTrue();
        service.aliveAt = service.aliveAt.minusSeconds(15);
        assertThat(alive()).isEqualTo(new Health(false, "the main loop has not moved for 1 min 15 s"));
        assertThat(ready().good()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void only_one_that_is_live_or_catches_up_is_ready(Phase phase) {
        service.phase = phase;
        assertThat(ready().good()).isEqualTo(phase == Phase.LIVE || phase == Phase.CATCHING_UP);
    }

    @Test
    void one_that_reads_nothing_is_ready_where_others_read_everything() {
        service.shards = List.of();
        assertThat(ready()).isEqualTo(new Health(false, "no shards are known yet"));
        service.shards = List.of(Statuses.shard("s-1", Optional.empty(), false, "LATEST"));
        assertThat(ready()).isEqualTo(new Health(false, "reading no shard, and 1 has no owner"));
        service.shards = List.of(Statuses.shard("s-1", Optional.of("another"), false, "LATEST"));
        assertThat(ready()).isEqualTo(new Health(true, "standing by: other processes read all shards"));
        service.shards = List.of(Statuses.shard("s-1", Optional.of("worker-1"), true, "LATEST"));
        assertThat(ready()).isEqualTo(new Health(true, "live, reading 1 shard"));
    }

    private Health alive() {
        return Health.alive(service.status(), Statuses.NOW);
    }

    private Health ready() {
        return Health.ready(service.status(), Statuses.NOW);
    }
}
