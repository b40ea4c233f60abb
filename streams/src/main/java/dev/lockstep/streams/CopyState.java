package dev.lockstep.streams;

import dev.lockstep.replicate.CopyCheckpoint;
import dev.lockstep.replicate.StateRow;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.Write;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * How far the first copy has come, in the state table: any process of the name goes on with it.
 *
 * <p>A run of the copy is of certain destinations: one that is named later was not copied to by it, nor was a replica that
 * was made anew (it has another id), and needs a run of its own.
 *
 * <pre>{@code
 * {"id": "copy", "run": "<a UUID>", "destinations": ["<destination>", …], "segments": n}
 * {"id": "copy/<run>/<segment>", "done": 0|1, "items": n, "after": {key}}
 * {"id": "copied/<destination>", "at": millis}
 * }</pre>
 */
final class CopyState implements CopyCheckpoint {
    private static final String RUN = "copy";
    private static final String DESTINATIONS = "destinations";

    private final RetryingTable state;
    private final KeySchema keys;
    private volatile String run = "";

    CopyState(RetryingTable state, KeySchema keys) {
        this.state = state;
        this.keys = keys;
    }

    private Optional<StateRow> row(String id) {
        Key key = StateRow.named(id).key(state.keys());
        Item item = state.read(List.of(key), Consistency.STRONG).items().get(key);
        return Optional.ofNullable(item).map(StateRow::of);
    }

    private void put(StateRow row) {
        state.write(List.of(row.put(state.keys())));
    }

    /** Whether a copy to this destination has begun; it may be done. */
    boolean begun(String destination) {
        return row(RUN).map(row -> row.texts(DESTINATIONS).contains(destination))
                .orElse(false);
    }

    /**
     * Goes on with the run that is of all these destinations, else begins one.
     *
     * @return into how many segments it is divided: as it was begun, whatever the process that goes on with it would say
     */
    int begin(List<String> destinations, int proposed) {
        StateRow current = row(RUN).filter(row -> row.texts(DESTINATIONS).containsAll(destinations))
                .orElseGet(() -> {
                    StateRow ours = of(StateRow.named(RUN), destinations)
                            .with("run", UUID.randomUUID().toString())
                            .with("segments", proposed);
                    put(ours);
                    return ours;
                });
        run = current.text("run");
        return (int) current.number("segments");
    }

    private static StateRow of(StateRow run, List<String> destinations) {
        return run.with(
                DESTINATIONS,
                AttributeValue.fromL(
                        destinations.stream().map(AttributeValue::fromS).toList()));
    }

    /** A destination that was not followed for a while lacks what was written then: its copy does not count any more. */
    void forget(String destination) {
        row(RUN).filter(row -> row.texts(DESTINATIONS).contains(destination))
                .ifPresent(row -> put(of(
                        row,
                        row.texts(DESTINATIONS).stream()
                                .filter(d -> !d.equals(destination))
                                .toList())));
        state.write(List.of(Write.making(StateRow.named("copied/" + destination).key(state.keys()), null)));
    }

    boolean copied(String destination) {
        return row("copied/" + destination).isPresent();
    }

    void setCopied(String destination) {
        put(StateRow.named("copied/" + destination).with("at", System.currentTimeMillis()));
    }

    @Override
    public Position of(Segment segment) {
        return row(id(segment))
                .map(row -> new Position(
                        row.number("done") == 1,
                        row.has("after") ? keys.keyOf(row.map("after")) : null,
                        row.number("items")))
                .orElse(Position.BEGINNING);
    }

    @Override
    public void copied(Segment segment, Position position) {
        StateRow row = StateRow.named(id(segment))
                .with("done", position.done() ? 1 : 0)
                .with("items", position.items());
        Key after = position.after();
        put(after == null ? row : row.with("after", AttributeValue.fromM(after.attributes())));
    }

    private String id(Segment segment) {
        return RUN + "/" + run + "/" + segment.index();
    }
}
