package dev.lockstep.backup;

import dev.lockstep.LockstepException;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.TableDocument;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A full export, and the incremental ones that follow it without a gap in time. Windows may overlap: an incremental export
 * holds what each item had become by its end.
 */
final class ExportChain implements Source {
    private final List<NativeExport> exports;
    private final List<DamagedException> faults;
    private final Optional<NativeExport> first;

    private ExportChain(List<NativeExport> exports, List<DamagedException> faults) {
        this.exports = exports;
        this.faults = List.copyOf(faults);
        this.first = exports.stream().findFirst();
    }

    /**
     * @param exports of one table, in any order: at most one full one; what an incremental one tells that another export
     *     tells too is left out
     * @throws LockstepException where they are of several tables
     */
    static ExportChain of(List<NativeExport> exports) {
        requireOneTable(exports);
        List<NativeExport> used = new ArrayList<>();
        List<DamagedException> faults = new ArrayList<>();
        exports.stream().filter(export -> !export.incremental()).forEach(used::add);
        List<NativeExport> following = exports.stream()
                .filter(NativeExport::incremental)
                .sorted(Comparator.comparing((NativeExport e) -> e.summary().to()))
                .toList();
        if (used.isEmpty() && !following.isEmpty()) {
            faults.add(
                    following.get(0).fault("an incremental export, and no full one before it: it tells only changes"));
        }
        Instant covered = used.isEmpty() ? Instant.MAX : used.get(0).covers();
        for (NativeExport next : following) {
            Instant from = next.summary().from().orElseThrow();
            if (!used.isEmpty() && !next.summary().to().isAfter(covered)) {
                continue;
            }
            if (from.isAfter(covered)) {
                faults.add(next.fault("nothing tells of the time from " + covered + " to " + from
                        + ": an incremental export is missing"));
            }
            used.add(next);
            covered = next.summary().to();
        }
        requireEnd(used, covered, faults);
        used.forEach(export -> faults.addAll(export.faults()));
        return new ExportChain(used, faults);
    }

    /** A backup that took a while holds some items as they were at its end, which changes from its begin on must reach. */
    private static void requireEnd(List<NativeExport> used, Instant covered, List<DamagedException> faults) {
        if (used.size() > 1 && covered.isBefore(used.get(0).ends())) {
            faults.add(used.get(used.size() - 1)
                    .fault("it ends before the backup that it follows, at "
                            + used.get(0).ends()));
        }
    }

    private static void requireOneTable(List<NativeExport> exports) {
        NativeExport one = exports.get(0);
        for (NativeExport other : exports) {
            boolean same = one.summary().tableArn().equals(other.summary().tableArn())
                    && (one.summary().tableId().isEmpty()
                            || other.summary().tableId().isEmpty()
                            || one.summary().tableId().equals(other.summary().tableId()));
            if (!same) {
                throw new LockstepException(
                        "read",
                        other.name(),
                        "it is of another table than " + one.name() + ", or of an earlier one of the same name",
                        "Name one of the exports");
            }
        }
    }

    /** In the order in which they follow each other. */
    List<NativeExport> exports() {
        return exports;
    }

    /** The key of the table, where anything tells it. */
    Optional<KeySchema> keys() {
        return exports.stream()
                .map(NativeExport::keys)
                .flatMap(Optional::stream)
                .findFirst();
    }

    @Override
    public String name() {
        return first.map(NativeExport::name).orElse("");
    }

    @Override
    public String format() {
        String format = first.map(NativeExport::format).orElse("");
        return exports.size() == 1 ? format : format + " and " + (exports.size() - 1) + " incremental";
    }

    @Override
    public Optional<TableDocument> table() {
        return exports.stream()
                .map(NativeExport::table)
                .flatMap(Optional::stream)
                .findFirst();
    }

    @Override
    public List<Layer> layers() {
        return exports.stream().map(NativeExport::layer).toList();
    }

    @Override
    public boolean partial() {
        return exports.stream().anyMatch(export -> export.summary().filtered());
    }

    @Override
    public List<DamagedException> faults() {
        return faults;
    }
}
