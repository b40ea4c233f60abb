package dev.lockstep.backup;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.table.TableDocument;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A table as it was at one time: a full backup that was finished by then, and every change since it was begun.
 *
 * <p>That is exact: an item that did not change since the backup began is in it as it was, and any other is as its last
 * change up to that time left it. A second counts as a whole: the state "at" a time has all that the stream says was made
 * in that second.
 */
public final class PointInTime implements Source {
    /**
     * A full backup.
     *
     * @param from it holds every change that was made before
     * @param to it holds no change that was made after
     * @param tableId empty where it is not known
     */
    public record Base(Source source, Instant from, Instant to, String tableId) {}

    private final Base base;
    private final ChangeLog log;
    private final Instant at;

    private PointInTime(Base base, ChangeLog log, Instant at) {
        this.base = base;
        this.log = log;
        this.at = at;
    }

    /**
     * The table at that time, from the newest backup that can serve.
     *
     * @throws InvalidSettingsException where there is none, or where the log is not whole: names the times that are possible
     */
    public static PointInTime open(Collection<Base> backups, ChangeLog log, Instant at) {
        return open(backups, log, at, false);
    }

    /**
     * The same.
     *
     * @param unproven whether a log that Lambda wrote is taken as it is; nobody can tell whether a record is missing
     */
    public static PointInTime open(Collection<Base> backups, ChangeLog log, Instant at, boolean unproven) {
        Base base = backups.stream()
                .filter(backup -> backup.to().getEpochSecond() <= at.getEpochSecond())
                .max(Comparator.comparing(Base::to))
                .orElseThrow(() -> tooEarly(backups, log, at));
        String logged = log.tableId(base.from(), at);
        if (!base.tableId().isEmpty() && !logged.isEmpty() && !base.tableId().equals(logged)) {
            throw refused(
                    base.source().name(),
                    "the change log " + log.name() + " is that of another table of the same name",
                    "Name the folder that holds both");
        }
        if (log.unprovable(base.from(), at)) {
            if (!unproven) {
                throw refused(
                        log.name(),
                        "the change log was written by Lambda: whether a record is missing cannot be proven",
                        "Say that this is accepted, or keep the log by 'lockstep replicate'");
            }
            return new PointInTime(base, log, at);
        }
        requireWhole(base, log, at);
        return new PointInTime(base, log, at);
    }

    private static InvalidSettingsException tooEarly(Collection<Base> backups, ChangeLog log, Instant at) {
        String hint = backups.stream()
                .map(Base::to)
                .min(Comparator.naturalOrder())
                .map(first -> "The earliest possible time is " + wholeSecond(first))
                .orElse("Take a full backup: with it and the change log every later time can be rebuilt");
        return refused(log.name(), "no full backup was finished by " + at, hint);
    }

    private static Instant wholeSecond(Instant time) {
        return Instant.ofEpochSecond(time.getEpochSecond());
    }

    private static void requireWhole(Base base, ChangeLog log, Instant at) {
        Lineage lineage = log.check(base.from(), at);
        if (lineage.whole()) {
            return;
        }
        Optional<Instant> latest = log.latest();
        boolean onlyLate = latest.map(l -> l.getEpochSecond() < at.getEpochSecond()
                        && l.getEpochSecond() >= base.to().getEpochSecond()
                        && log.check(base.from(), l).whole())
                .orElse(false);
        if (onlyLate) {
            throw refused(
                    log.name(),
                    "the change log does not yet reach " + at,
                    "The latest possible time is " + latest.orElseThrow());
        }
        throw refused(
                log.name(),
                "the change log is not whole from the beginning of the backup (" + base.from() + ") to " + at + ": "
                        + lineage.text(),
                log.earliest()
                        .map(from -> "A backup that is begun after " + from
                                + " can be followed; times before the gap can be rebuilt from an older one")
                        .orElse("Take a full backup now"));
    }

    private static InvalidSettingsException refused(String subject, String problem, String hint) {
        return new InvalidSettingsException("restore", subject, problem, hint);
    }

    /** What it is rebuilt from. */
    public Base base() {
        return base;
    }

    @Override
    public String name() {
        return base.source().name() + " with " + log.name() + " at " + at;
    }

    @Override
    public String format() {
        return base.source().format() + " and a change log, at " + at;
    }

    @Override
    public Optional<TableDocument> table() {
        return base.source().table();
    }

    @Override
    public List<Layer> layers() {
        List<Layer> layers = new ArrayList<>(base.source().layers());
        layers.add(log.layer(base.from(), at));
        return layers;
    }

    @Override
    public boolean partial() {
        return base.source().partial();
    }

    @Override
    public List<DamagedException> faults() {
        return base.source().faults();
    }
}
