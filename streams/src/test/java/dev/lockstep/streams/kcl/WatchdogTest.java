package dev.lockstep.streams.kcl;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.LockstepException;
import dev.lockstep.local.streams.FakeStreams;
import dev.lockstep.streams.kcl.WorkerSettings.Start;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;

class WatchdogTest {
    private static final Duration STALL = Duration.ofMillis(300);

    private final Rig rig = new Rig();
    private final FakeStreams streams =
            FakeStreams.builder().table("orders").keys("id").limits(false).build();
    private final String shard = streams.openShards().get(0);
    private final WorkerSettings settings =
            WorkerSettings.of("job", Start.TRIM_HORIZON).withWatch(Duration.ofMillis(100), STALL);
    private final LeaseTable leases = new LeaseTable(rig.leases, "job");
    private long counter;
    private String checkpoint = "TRIM_HORIZON";
    private Duration unread = Duration.ZERO;

    @BeforeEach
    void createLeases() {
        leases.create();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private Watchdog watchdog() {
        DynamoStreamSource source = new DynamoStreamSource(streams, streams.arn());
        return new Watchdog(
                source,
                () -> new LeaseTable.Rows(
                        List.of(new LeaseTable.Row(shard, checkpoint, Optional.of("w"), counter, false)),
                        Optional.empty()),
                settings,
                () -> Map.of(shard, unread),
                new LineageCheck(source, leases, e -> {}),
                e -> {});
    }

    private void looksFor(Watchdog watchdog, Duration time) {
        long end = System.nanoTime() + time.toNanos();
        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            watchdog.look();
            return System.nanoTime() > end;
        });
    }

    @Test
    void aLeaseThatNobodyRenewsEndsTheWorker() {
        Watchdog watchdog = watchdog();
        assertThatThrownBy(() -> looksFor(watchdog, STALL.multipliedBy(3)))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining(shard)
                .hasMessageContaining("no process holds it");
    }

    @Test
    void aLeaseThatIsRenewedOrFinishedIsWell() {
        Watchdog renewed = watchdog();
        long end = System.nanoTime() + STALL.multipliedBy(3).toNanos();
        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            counter++;
            renewed.look();
            return System.nanoTime() > end;
        });
        checkpoint = "SHARD_END";
        Watchdog finished = watchdog();
        assertThatCode(() -> looksFor(finished, STALL.multipliedBy(3))).doesNotThrowAnyException();
    }

    @Test
    void aShardOfOursThatCannotBeReadEndsTheWorker() {
        unread = STALL.plusMillis(1);
        assertThatThrownBy(() -> watchdog().look())
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("could not be read");
    }

    @Test
    void aServiceThatFailsForAWhileIsWaitedForButNotForEver() {
        streams.failNext(
                FakeStreams.DESCRIBE_STREAM,
                1_000_000,
                () -> InternalServerErrorException.builder()
                        .message("down")
                        .statusCode(500)
                        .build());
        Watchdog watchdog = watchdog();
        assertThatCode(watchdog::look).doesNotThrowAnyException();
        assertThatThrownBy(() -> looksFor(watchdog, STALL.multipliedBy(3))).isInstanceOf(LockstepException.class);
    }
}
