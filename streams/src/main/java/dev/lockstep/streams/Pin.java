package dev.lockstep.streams;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.replicate.StateRow;
import dev.lockstep.table.Condition;
import dev.lockstep.table.Item;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table.Swapped;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a name is tied to when it is used first: one stream of one table, and the moment from which its changes count.
 *
 * <pre>{@code {"id": "pin", "stream": "<ARN>", "table": "<TableId>", "at": millis, "latest": 0|1}}</pre>
 */
public record Pin(String stream, String table, Instant at, boolean latest) {

    /** The service's clock and ours may differ: only changes that are older by more are known to be from before. */
    private static final Duration CLOCKS = Duration.ofMinutes(2);

    /** Changes before this moment do not count; empty where all that the stream has count. */
    public Optional<Instant> notBefore() {
        return latest ? Optional.of(at.minus(CLOCKS)) : Optional.empty();
    }

    /**
     * The pin of this name: what was kept, or what is kept from now on.
     *
     * @throws InvalidSettingsException where the name is tied to another stream: a table that was made anew, or a stream
     *     that was switched off and on, has lost changes
     */
    public static Pin of(RetryingTable state, String name, String stream, String table, boolean latest) {
        StateRow ours = StateRow.named("pin")
                .with("stream", stream)
                .with("table", table)
                .with("latest", latest ? 1 : 0)
                .with("at", System.currentTimeMillis());
        Swapped swapped = state.writeIf(ours.put(state.keys()), Condition.unchanged(ours.put(state.keys()), null));
        Item found = swapped.found();
        StateRow row = swapped.applied() || found == null ? ours : StateRow.of(found);
        if (!row.text("stream").equals(stream) || !row.text("table").equals(table)) {
            throw new InvalidSettingsException(
                    "replicate",
                    "the name " + name,
                    "it belongs to the stream " + row.text("stream") + ", and the primary's stream is now " + stream
                            + ": changes in between may be lost",
                    "Start with another --name, then compare and repair: lockstep diff PRIMARY REPLICA --repair");
        }
        return new Pin(stream, table, Instant.ofEpochMilli(row.number("at")), row.number("latest") == 1);
    }
}
