package dev.lockstep.verify;

import dev.lockstep.table.Key;
import dev.lockstep.table.Table;
import dev.lockstep.verify.Ledger.Verdict;
import dev.lockstep.verify.Repair.Outcome;
import dev.lockstep.verify.Repair.State;
import dev.lockstep.verify.Suspect.Sight;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the suspects of one replica by strong reads, once their difference has lasted; counts what is confirmed, and
 * hands it to the repair where that is asked for.
 *
 * <p>A difference counts when the items are the same as when they were seen before: then the replica had all the settling
 * time to follow. Where the primary's was changed meanwhile, the suspect waits again. It does so too where only the replica's
 * was, since the primary's may have gone and come back (deleted, inserted and deleted, say); but at the last look that is no
 * excuse any more. Thread-safe; {@link #run} is meant for several threads.
 */
final class Recheck {
    /** Looks at a key whose primary changes in each settling time, before it is called unsettled. */
    static final int MAX_LOOKS = 5;

    private final Table primary;
    private final Table replica;
    private final Comparison comparison;
    private final @Nullable Repair repair;
    private final boolean settles;
    private final SuspectQueue queue;
    private final Ledger ledger;
    private final Consumer<Discrepancy> findings;

    /** @param repair null where differences are only reported */
    Recheck(
            Table primary,
            Table replica,
            Comparison comparison,
            @Nullable Repair repair,
            Duration settle,
            SuspectQueue queue,
            Ledger ledger,
            Consumer<Discrepancy> findings) {
        this.primary = primary;
        this.replica = replica;
        this.comparison = comparison;
        this.repair = repair;
        this.settles = !settle.isZero();
        this.queue = queue;
        this.ledger = ledger;
        this.findings = findings;
    }

    /** Works until the queue has ended. */
    void run() {
        for (List<Suspect> batch = queue.take(); !batch.isEmpty(); batch = queue.take()) {
            try {
                look(batch);
            } finally {
                queue.finished();
            }
        }
    }

    private void look(List<Suspect> batch) {
        Map<Key, Suspect> suspects = batch.stream().collect(Collectors.toMap(Suspect::key, s -> s));
        Map<Key, Look> confirmed = new HashMap<>();
        Map<Key, Verdict> verdicts = new HashMap<>();
        for (Look look : Look.at(suspects.keySet(), replica, primary)) {
            Suspect suspect = suspects.get(look.key());
            if (suspect == null) {
                continue;
            }
            Optional<Verdict> before = ledger.noted(look.key());
            if (before.isPresent() || confirmed(suspect, look)) {
                confirmed.put(look.key(), look);
                verdicts.put(look.key(), before.orElseGet(() -> verdict(look)));
            }
        }
        if (repair != null) {
            ledger.note(verdicts);
        }
        Map<Key, Outcome> outcomes = repair == null ? Map.of() : repair.settle(confirmed.values());
        confirmed.forEach((key, look) -> {
            Suspect suspect = suspects.get(key);
            Verdict verdict = verdicts.get(key);
            if (suspect != null && verdict != null) {
                Outcome outcome = outcomes.getOrDefault(key, Outcome.left(""));
                ledger.atomically(() -> conclude(suspect, look, verdict, outcome));
            }
        });
    }

    private Verdict verdict(Look look) {
        return new Verdict(look.kind(), List.copyOf(comparison.differences(look.primary(), look.replica())));
    }

    private boolean confirmed(Suspect suspect, Look look) {
        if (comparison.same(look.primary(), look.replica())) {
            same(suspect, look);
            return false;
        }
        if (!suspect.fromPrimary() && look.primary() != null) {
            // The primary has it after all: it is the affair of the primary's scan, and counted there.
            ledger.atomically(() -> ledger.close(suspect.key()));
            return false;
        }
        boolean last = suspect.looks() + 1 >= MAX_LOOKS;
        Sight now = comparison.sight(look.primary(), look.replica());
        if (!settles
                || now.equals(suspect.sight())
                || (last && now.primary() == suspect.sight().primary())) {
            return true;
        }
        if (!last) {
            Suspect again = suspect.lookAgain(now, queue.due());
            ledger.again(again);
            queue.addAgain(again);
        } else {
            ledger.atomically(() -> {
                suspect.tally().unsettled();
                ledger.close(suspect.key());
            });
        }
        return false;
    }

    /** An item that is in neither table any more is nobody's. */
    private void same(Suspect suspect, Look look) {
        ledger.atomically(() -> {
            suspect.tally().same(suspect.fromPrimary() && look.primary() != null ? 1 : 0);
            ledger.close(suspect.key());
        });
    }

    private void conclude(Suspect suspect, Look look, Verdict verdict, Outcome outcome) {
        ledger.close(suspect.key());
        if (outcome.state() == State.UNSETTLED) {
            suspect.tally().unsettled();
            return;
        }
        boolean repaired = outcome.agree();
        suspect.tally().found(verdict.kind());
        if (repaired) {
            suspect.tally().repaired();
        }
        findings.accept(new Discrepancy(
                replica.name(),
                verdict.kind(),
                look.key(),
                verdict.attributes(),
                look.primary(),
                look.replica(),
                repaired,
                outcome.note()));
    }
}
