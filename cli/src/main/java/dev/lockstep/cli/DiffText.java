package dev.lockstep.cli;

import dev.lockstep.capacity.Usage;
import dev.lockstep.verify.DiffResult;
import dev.lockstep.verify.Discrepancy;
import dev.lockstep.verify.Sample;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The result of a comparison for people: what was found, what it cost, and what to do next. */
final class DiffText {
    private DiffText() {}

    /** One finding, for {@code -v}. */
    static String line(Discrepancy found) {
        String action = found.repaired() ? ", repaired" : "";
        String note = found.note().isEmpty() ? "" : ", not repaired: " + found.note();
        String attributes = found.kind() == Discrepancy.Kind.DIFFERENT ? " " + found.attributes() : "";
        return found.kind().label() + " in " + found.replica() + ": " + found.key() + attributes + action + note;
    }

    static String of(DiffResult result, String estimated, boolean repairs, String nextRepair) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "primary  %s, %,d segments%n", result.primary(), result.segments()));
        result.replicas().forEach(r -> replica(text, r, repairs));
        result.sample().ifPresent(s -> sample(text, s));
        text.append(costs(result.usage(), result.elapsed()).stripTrailing())
                .append(estimated)
                .append(System.lineSeparator());
        text.append(verdict(result, repairs, nextRepair));
        return text.toString();
    }

    private static void replica(StringBuilder text, DiffResult.Replica replica, boolean repairs) {
        DiffResult.Counts c = replica.counts();
        text.append(String.format("%nreplica  %s%n", replica.name()));
        row(text, "compared", c.compared());
        row(text, "same", c.same());
        row(text, "missing", c.missing());
        row(text, "different", c.different());
        row(text, "extra", c.extra());
        if (c.unsettled() > 0) {
            row(text, "unsettled", c.unsettled());
        }
        if (repairs) {
            row(text, "repaired", c.repaired());
        }
    }

    private static void row(StringBuilder text, String name, long count) {
        text.append(String.format(Locale.ROOT, "  %-10s %,12d%n", name, count));
    }

    private static void sample(StringBuilder text, Sample sample) {
        text.append(String.format(
                Locale.ROOT,
                "%nestimate for the whole tables, from %,d of %,d segments (95 %% interval)%n",
                sample.segments(),
                sample.totalSegments()));
        sample.estimates()
                .forEach((replica, byKind) -> byKind.forEach((kind, e) -> text.append(String.format(
                        Locale.ROOT,
                        "  %s %-10s %,.0f (%,.0f to %,.0f)%n",
                        replica,
                        kind,
                        e.count(),
                        e.low(),
                        e.high()))));
    }

    /** What the calls used, a line a table. */
    static String costs(Map<String, Usage> usage, Duration elapsed) {
        String tables = usage.entrySet().stream()
                .map(e -> String.format(
                        Locale.ROOT,
                        "  %s: %,.1f read units, %,.1f write units%n",
                        e.getKey(),
                        e.getValue().readUnits(),
                        e.getValue().writeUnits()))
                .collect(Collectors.joining());
        return String.format(Locale.ROOT, "%nused in %.1f s%n", elapsed.toMillis() / 1000.0) + tables;
    }

    private static String verdict(DiffResult result, boolean repairs, String nextRepair) {
        if (result.equal()) {
            return String.format("%nNo difference is left.");
        }
        boolean unsettled = result.replicas().stream().anyMatch(r -> r.counts().unsettled() > 0);
        String hint = unsettled ? String.format("%nUnsettled keys kept changing; run again for them.") : "";
        return repairs
                ? String.format("%nDifferences are left; -v tells why for each.") + hint
                : String.format("%nDifferences are left. To repair them: %s", nextRepair) + hint;
    }
}
