package dev.lockstep.streams;

import dev.lockstep.LockstepException;
import dev.lockstep.replicate.StateRow;
import dev.lockstep.table.Condition;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.Table.Swapped;
import dev.lockstep.table.Write;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A job that one process of a name does at a time: a row in the state table that its holder keeps changing. Who sees it
 * unchanged for the whole term, by his own clock, takes it over; so clocks need not agree. Used by one thread.
 */
final class Claim {
    private static final String BEAT = "beat";

    private final RetryingTable state;
    private final String id;
    private final String worker;
    private final Duration term;
    private @Nullable String mine;
    private @Nullable String seen;
    private long seenNanos;

    Claim(RetryingTable state, String job, String worker, Duration term) {
        this.state = state;
        this.id = "claim/" + job;
        this.worker = worker;
        this.term = term;
    }

    /**
     * Takes the claim, or renews it; to be called several times a term.
     *
     * @return whether this process has it now
     */
    boolean hold() {
        String beat = UUID.randomUUID().toString();
        long now = System.nanoTime();
        Optional<StateRow> row = read();
        Condition condition;
        if (row.isEmpty()) {
            condition = Condition.unchanged(put(beat), null);
        } else {
            String current = row.get().text(BEAT);
            if (!current.equals(mine) && !expired(current, now)) {
                mine = null;
                return false;
            }
            condition = Condition.attributeIs(BEAT, AttributeValue.fromS(current));
        }
        Swapped swapped = state.writeIf(put(beat), condition);
        mine = swapped.applied() || isOurs(swapped.found(), beat) ? beat : null;
        return mine != null;
    }

    private static boolean isOurs(@Nullable Item found, String beat) {
        return found != null && StateRow.of(found).text(BEAT).equals(beat);
    }

    private boolean expired(String current, long now) {
        if (!current.equals(seen)) {
            seen = current;
            seenNanos = now;
        }
        return now - seenNanos >= term.toNanos();
    }

    /** Gives it back, so that another need not wait. */
    void release() {
        if (mine != null) {
            try {
                state.writeIf(new Write.Delete(key()), Condition.attributeIs(BEAT, AttributeValue.fromS(mine)));
            } catch (LockstepException e) {
                // The term ends it.
            }
            mine = null;
        }
    }

    private Optional<StateRow> read() {
        return Optional.ofNullable(
                        state.read(List.of(key()), Consistency.STRONG).items().get(key()))
                .map(StateRow::of);
    }

    private Key key() {
        return StateRow.named(id).key(state.keys());
    }

    private Write put(String beat) {
        return StateRow.named(id).with("owner", worker).with(BEAT, beat).put(state.keys());
    }
}
