package dev.lockstep.streams;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.replicate.StateRow;
import dev.lockstep.table.Condition;
import dev.lockstep.table.Item;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table.Swapped;

/**
 * What a name is tied to when it is used first: one stream of one table. From which change on its shards count stands in
 * the leases, by the service's clock; our time here is for people to read.
 *
 * <pre>{@code {"id": "pin", "stream": "<ARN>", "table": "<TableId>", "at": millis, "latest": 0|1}}</pre>
 */
public final class Pin {
    private Pin() {}

    /**
     * Ties the name, where it is new.
     *
     * @throws InvalidSettingsException where the name is tied to another stream: a table that was made anew, or a stream
     *     that was switched off and on, has lost changes
     */
    public static void require(RetryingTable state, String name, String stream, String table, boolean latest) {
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
    }
}
