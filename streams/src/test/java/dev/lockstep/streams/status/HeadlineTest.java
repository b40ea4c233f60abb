package dev.lockstep.streams.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.streams.status.Headline.Mood;
import dev.lockstep.streams.status.Headline.Problem;
import dev.lockstep.streams.status.Status.Compared;
import dev.lockstep.streams.status.Status.CopyProgress;
import dev.lockstep.streams.status.Status.DeadLetters;
import dev.lockstep.streams.status.Status.Phase;
import dev.lockstep.streams.status.Status.Publishing;
import dev.lockstep.streams.status.Status.State;
import dev.lockstep.streams.status.Status.Verification;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadlineTest {
    private final Statuses service = new Statuses();

    @Test
    void a_healthy_service_is_in_step_and_says_how_far_behind() {
        Headline headline = headline();
        assertThat(headline).isEqualTo(new Headline(Mood.OK, true, "In step", "420 ms behind", List.of()));
    }

    @Test
    void what_has_not_been_read_is_not_called_behind() {
        service.lag = Optional.empty();
        assertThat(headline().detail()).isEqualTo("Nothing has been read yet");
    }

    @Test
    void lag_beyond_the_limit_is_not_in_step() {
        service.lag = Optional.of(Duration.ofSeconds(30));
        assertThat(headline().inStep()).isTrue();
        service.lag = Optional.of(Duration.ofSeconds(200));
        says(Mood.TROUBLE, "Not in step: it has fallen behind", "3 min 20 s behind");
    }

    @Test
    void a_destination_that_is_away_is_named_with_its_error() {
        Headline headline = Headline.of(Statuses.failing().status(), Duration.ofSeconds(30));
        assertThat(headline.sentence()).isEqualTo("Not in step: orders-eu is away");
        assertThat(headline.detail()).isEqualTo("420 ms behind, 1,234 keys wait");
        assertThat(headline.problems())
                .containsExactly(new Problem(
                        true,
                        "orders-eu is away",
                        "BatchWriteItem orders-eu: the connection was refused. 1,234 keys wait for it.",
                        Optional.of(Statuses.NOW.minusSeconds(200))));
    }

    @Test
    void a_destination_that_is_away_explains_the_lag() {
        Statuses away = Statuses.failing();
        away.lag = Optional.of(Duration.ofMinutes(4));
        assertThat(Headline.of(away.status(), Duration.ofSeconds(30)).problems())
                .hasSize(1);
    }

    @Test
    void a_shard_that_nobody_reads_is_not_in_step_and_one_that_is_read_to_its_end_needs_nobody() {
        service.shards = List.of(Statuses.shard("s-1", Optional.empty(), false, "SHARD_END"));
        assertThat(headline().mood()).isEqualTo(Mood.OK);
        service.shards = List.of(Statuses.shard("s-1", Optional.empty(), false, "LATEST"));
        says(Mood.TROUBLE, "Not in step: nobody reads one of the shards", "420 ms behind");
        service.phase = Phase.CATCHING_UP;
        says(Mood.TROUBLE, "Not in step: nobody reads one of the shards", "420 ms behind");
        service.startedAt = Statuses.NOW.minusSeconds(5);
        assertThat(headline().mood()).isEqualTo(Mood.OK);
    }

    @Test
    void work_is_told_with_its_progress() {
        assertThat(Headline.of(Statuses.starting().status(), Duration.ofSeconds(30)))
                .extracting(Headline::mood, Headline::sentence)
                .containsExactly(Mood.WORKING, "Starting");
        assertThat(Headline.of(Statuses.copying().status(), Duration.ofSeconds(30)))
                .extracting(Headline::inStep, Headline::sentence, Headline::detail)
                .containsExactly(
                        false, "Copying for the first time", "516,000 items of about 1,200,000, about 12 min left");
        service.phase = Phase.COPYING;
        service.copy = Optional.of(new CopyProgress(1, 0, Optional.empty()));
        says(Mood.WORKING, "Copying for the first time", "1 item");
        service.phase = Phase.CATCHING_UP;
        service.lag = Optional.of(Duration.ofHours(2));
        says(Mood.WORKING, "Catching up", "2 h behind");
        service.phase = Phase.STOPPING;
        says(Mood.WORKING, "Stopping", "Finishing what is in hand");
    }

    @Test
    void a_busy_stream_that_is_hardly_behind_is_in_step() {
        service.phase = Phase.CATCHING_UP;
        says(Mood.OK, "In step", "420 ms behind");
        service.lag = Optional.empty();
        says(Mood.WORKING, "Catching up", "It is not known yet how far behind");
    }

    @Test
    void a_backlog_that_is_being_drained_is_catching_up() {
        service.destinations =
                List.of(Statuses.destination("orders-eu", State.CATCHING_UP, 1, Optional.of("it was away")));
        says(Mood.WORKING, "Catching up: orders-eu", "1 key waits");
    }

    @Test
    void trouble_is_told_before_work() {
        Statuses copying = Statuses.copying();
        copying.destinations = Statuses.failing().destinations;
        assertThat(Headline.of(copying.status(), Duration.ofSeconds(30)).mood()).isEqualTo(Mood.TROUBLE);
    }

    @Test
    void a_failure_says_why_and_does_not_claim_to_be_in_step() {
        service.phase = Phase.FAILED;
        service.problem = Optional.of("the stream is gone");
        says(Mood.FAILED, "Failed: replication has stopped", "the stream is gone");
        assertThat(headline().inStep()).isFalse();
        assertThat(headline().problems()).isEmpty();
    }

    @Test
    void differences_that_a_comparison_left_are_not_in_step_and_repaired_ones_are() {
        Duration limit = Duration.ofSeconds(30);
        Status repaired =
                Statuses.compared(new Compared("orders-eu", 9, 1, 1, 1, 0, 3)).status();
        assertThat(Headline.of(repaired, limit).mood()).isEqualTo(Mood.OK);
        Status left =
                Statuses.compared(new Compared("orders-eu", 9, 1, 1, 1, 0, 2)).status();
        Headline headline = Headline.of(left, limit);
        assertThat(headline.sentence()).isEqualTo("Not in step: orders-eu differs from orders");
        assertThat(headline.problems().get(0).detail()).contains("left 1 difference.");
    }

    @Test
    void what_does_not_put_it_out_of_step_is_a_warning() {
        service.deadLetters =
                new DeadLetters(3, Optional.of("s3://audit/dead"), Optional.of(Statuses.NOW.minusSeconds(9)));
        says(Mood.ATTENTION, "In step, but 3 changes could not be written", "420 ms behind");
        assertThat(headline().inStep()).isTrue();
        service.deadLetters = DeadLetters.NONE;

        service.problem = Optional.of("GetRecords: throttled");
        says(Mood.ATTENTION, "In step, but something failed and is tried again", "420 ms behind");
        service.problem = Optional.empty();

        service.verification = Optional.of(new Verification(
                Statuses.NOW, Duration.ofSeconds(1), List.of(), Optional.of("Scan orders-eu: access denied")));
        says(Mood.ATTENTION, "In step, but the last comparison did not come to an end", "420 ms behind");
        service.verification = Optional.empty();

        service.publishing = Optional.of(new Publishing(
                "L", 1, Optional.of(Statuses.NOW), Optional.of("denied"), Optional.of(Statuses.NOW.plusSeconds(1))));
        says(Mood.ATTENTION, "In step, but CloudWatch does not take its figures", "420 ms behind");
        service.publishing = Optional.of(new Publishing(
                "L", 1, Optional.of(Statuses.NOW.plusSeconds(2)), Optional.of("denied"), Optional.of(Statuses.NOW)));
        assertThat(headline().mood()).isEqualTo(Mood.OK);
    }

    @Test
    void the_worst_problem_comes_first() {
        Statuses away = Statuses.failing();
        away.deadLetters = new DeadLetters(1, Optional.empty(), Optional.empty());
        away.problem = Optional.of("throttled");
        assertThat(Headline.of(away.status(), Duration.ofSeconds(30)).problems())
                .extracting(Problem::brief)
                .containsExactly(
                        "orders-eu is away", "something failed and is tried again", "1 change could not be written");
    }

    private Headline headline() {
        return Headline.of(service.status(), Duration.ofSeconds(30));
    }

    private void says(Mood mood, String sentence, String detail) {
        assertThat(headline())
                .extracting(Headline::mood, Headline::sentence, Headline::detail)
                .containsExactly(mood, sentence, detail);
    }
}
