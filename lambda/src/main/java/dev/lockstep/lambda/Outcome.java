package dev.lockstep.lambda;

import dev.lockstep.lambda.Batch.Poison;
import java.util.List;
import java.util.Optional;

/**
 * What Lambda must be told of an event.
 *
 * @param failed the place of the first record that must come again; all before it is durable everywhere
 */
record Outcome(Optional<Failed> failed) {
    /** @param poison whether it can never be applied, however often it comes */
    record Failed(int index, boolean poison, String reason) {}

    static final Outcome DONE = new Outcome(Optional.empty());

    static Outcome unfinished(int index, String reason) {
        return new Outcome(Optional.of(new Failed(index, false, reason)));
    }

    /** @param poison in the order of the records; empty where it is parked */
    static Outcome of(Batch batch, List<Poison> poison) {
        Optional<Integer> unfinished = batch.firstUnfinished();
        if (!poison.isEmpty() && unfinished.map(i -> poison.get(0).index() < i).orElse(true)) {
            Poison first = poison.get(0);
            String where = first.destination().isEmpty() ? "" : first.destination() + ": ";
            return new Outcome(Optional.of(new Failed(first.index(), true, where + first.reason())));
        }
        return unfinished.map(i -> unfinished(i, why(batch))).orElse(DONE);
    }

    private static String why(Batch batch) {
        return batch.delivered().stream()
                .flatMap(d -> d.failure().map(f -> d.name() + ": " + f).stream())
                .findFirst()
                .orElse("");
    }

    /**
     * Whether the event must fail as a whole. So must one that begins with poison: Lambda then halves it until the poison
     * is alone, which a partial answer that names the first record does not promise.
     */
    boolean wholly(int records, boolean reportsItemFailures) {
        return failed.map(f -> !reportsItemFailures || (f.poison() && f.index() == 0 && records > 1))
                .orElse(false);
    }
}
