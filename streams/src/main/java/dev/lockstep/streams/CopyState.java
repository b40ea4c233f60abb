package dev.lockstep.streams;

import dev.lockstep.replicate.CopyCheckpoint;
import dev.lockstep.replicate.StateRow;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table.Consistency;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * How far the first copy has come, in the state table: any process of the name goes on with it.
 *
 * <pre>{@code
 * {"id": "copy", "segments": n}
 * {"id": "copy/<segment>", "done": 0|1, "items": n, "after": {key}}
 * {"id": "copied/<destination>"}
 * }</pre>
 */
final class CopyState implements CopyCheckpoint {
    private final RetryingTable state;
    private final KeySchema keys;

    CopyState(RetryingTable state, KeySchema keys) {
        this.state = state;
        this.keys = keys;
    }

    Optional<StateRow> row(String id) {
        Key key = StateRow.named(id).key(state.keys());
        Item item = state.read(List.of(key), Consistency.STRONG).items().get(key);
        return Optional.ofNullable(item).map(StateRow::of);
    }

    private void put(StateRow row) {
        state.write(List.of(row.put(state.keys())));
    }

    boolean begun() {
        return row("copy").isPresent();
    }

    /** Into how many segments the copy is divided: as it was begun, whatever the process that goes on with it would say. */
    int segments(int proposed) {
        Optional<StateRow> begun = row("copy");
        if (begun.isEmpty()) {
            put(StateRow.named("copy").with("segments", proposed));
        }
        return begun.map(row -> (int) row.number("segments")).orElse(proposed);
    }

    boolean copied(String destination) {
        return row("copied/" + destination).isPresent();
    }

    void setCopied(String destination) {
        put(StateRow.named("copied/" + destination).with("at", System.currentTimeMillis()));
    }

    @Override
    public Position of(Segment segment) {
        return row("copy/" + segment.index())
                .map(row -> new Position(
                        row.number("done") == 1,
                        row.has("after") ? keys.keyOf(row.map("after")) : null,
                        row.number("items")))
                .orElse(Position.BEGINNING);
    }

    @Override
    public void copied(Segment segment, Position position) {
        StateRow row = StateRow.named("copy/" + segment.index())
                .with("done", position.done() ? 1 : 0)
                .with("items", position.items());
        Key after = position.after();
        put(after == null ? row : row.with("after", AttributeValue.fromM(after.attributes())));
    }
}
