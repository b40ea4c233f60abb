package dev.lockstep.streams;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.LockstepException;
import dev.lockstep.change.Change;
import dev.lockstep.replicate.Backlog;
import dev.lockstep.replicate.DeadLetters;
import dev.lockstep.replicate.Delivery;
import dev.lockstep.replicate.Destination;
import dev.lockstep.replicate.StateRow;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

class DrainTest {
    private final Pool pool = Pool.unbounded("test");
    private final RetryingTable state = RetryingTable.over(
            new MemoryTable(
                    "state", new KeySchema(new KeyAttribute(StateRow.ID, ScalarAttributeType.S), Optional.empty())),
            RetryPolicy.BRIEF,
            RetryingTable.Listener.NONE);
    private final Backlog backlog = new Backlog(state, "a", BY_STRING, pool);
    private final Delivery delivery =
            new Delivery(new Absent(), Optional.of(backlog), Duration.ofMillis(1), RetryPolicy.BRIEF, pool, line -> {});

    @AfterEach
    void close() {
        pool.close();
    }

    private static final class Absent implements Destination {
        @Override
        public String name() {
            return "a";
        }

        @Override
        public List<Refused> apply(Collection<Change> changes) {
            throw new LockstepException("BatchWriteItem", "a", "away", "", true, null);
        }
    }

    private Drain drain(Drain.Settler settler) {
        return new Drain(
                delivery,
                backlog,
                settler,
                DeadLetters.NONE,
                new Claim(state, "drain", "w", Duration.ofSeconds(15)),
                () -> true);
    }

    @Test
    void one_that_has_just_gone_away_is_not_back_before_its_keys_were_tried() {
        delivery.deliver(List.of(new Change(key("k"), Change.Effect.DELETE, null, "1", "1", 0, false)));
        Drain drain = drain(entries -> Map.of());
        assertThat(drain.pass()).isEqualTo(1);
        assertThat(delivery.health().away()).isTrue();
        await().until(() -> drain.pass() == 0);
        await().until(() -> {
            drain.pass();
            return !delivery.health().away();
        });
    }
}
