package dev.lockstep.backup;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.TableDocument;
import dev.lockstep.work.Pool;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds out what is at a place in a bucket, by what lies there, and opens it. */
public final class Sources {
    private static final String EXPORTS = "AWSDynamoDB";
    private static final int LOOK = 20;

    private final ObjectStore objects;
    private final String key;
    private final Settings settings;

    /**
     * How to open.
     *
     * @param keys of the table that it is of, where that is known
     * @param temporary a folder for about 48 bytes an item
     * @param calls bounds what is read at once from a folder of items; not to be closed before the source has been read
     */
    public record Settings(Optional<KeySchema> keys, Path temporary, Pool calls) {}

    /**
     * What was found.
     *
     * @param keys of the table that it is of: as it tells, as was given, or as was found out
     * @param notes what the user should know; a line each
     */
    public record Opened(Source source, Optional<KeySchema> keys, List<String> notes) {
        public Opened {
            notes = List.copyOf(notes);
        }
    }

    private Sources(ObjectStore objects, String key, Settings settings) {
        this.objects = objects;
        this.key = key;
        this.settings = settings;
    }

    /**
     * @param key of an object, or what the keys of all begin with, without a slash at its end; empty for the whole bucket
     * @throws InvalidSettingsException where there is nothing that items can be taken from
     * @throws DamagedException where something is there, so damaged that it cannot be opened
     * @throws LockstepException where it could not be read, or there is more than one thing
     */
    public static Opened open(ObjectStore objects, String key, Settings settings) {
        return new Sources(objects, key, settings).open();
    }

    /**
     * A table as it was at one time, from the full backups and the change log under one prefix.
     *
     * @param table its name then
     * @param unproven whether a log that Lambda wrote is taken, which nobody can prove to be whole
     * @throws InvalidSettingsException where that moment cannot be rebuilt exactly; says which can
     * @throws LockstepException where there is no change log of the table, or it could not be read
     */
    public static Opened at(
            ObjectStore objects, ObjectRef prefix, String table, Instant at, boolean unproven, Settings settings) {
        ChangeLog log = ChangeLog.open(objects, prefix, table, settings.calls());
        List<String> notes = new ArrayList<>();
        List<PointInTime.Base> bases =
                ExportFinder.fullOnes(objects, prefix.folder(EXPORTS).keysBeginWith(), table, notes);
        PointInTime found = PointInTime.open(bases, log, at, unproven);
        notes.add("from " + found.base().source().name() + ", finished at "
                + found.base().to() + ", and the changes since");
        return new Opened(found, found.table().map(TableDocument::keys).or(settings::keys), notes);
    }

    /** Whether there are full backups or exports under a prefix, finished or not. */
    public static boolean holdsExports(ObjectStore objects, ObjectRef prefix) {
        return objects.list(prefix.folder(EXPORTS).keysBeginWith()).findAny().isPresent();
    }

    private Opened open() {
        String folder = key.isEmpty() ? "" : key + "/";
        if (isCalled(NativeExport.SUMMARY)) {
            return export(key.substring(0, key.length() - NativeExport.SUMMARY.length()));
        }
        if (isCalled(EXPORTS)) {
            return exports(folder).orElseThrow(this::nothing);
        }
        if (NativeExport.isIn(objects, folder)) {
            return export(folder);
        }
        if (PipelineExport.isIn(objects, folder)) {
            return opened(PipelineExport.open(objects, folder), List.of());
        }
        Optional<Source> single = key.isEmpty() ? Optional.empty() : SingleFile.open(objects, key);
        if (single.isPresent()) {
            return opened(single.get(), List.of());
        }
        return exports(folder + EXPORTS + "/").orElseGet(() -> byNames(folder));
    }

    private boolean isCalled(String name) {
        return key.equals(name) || key.endsWith("/" + name);
    }

    private Opened export(String folder) {
        NativeExport export = NativeExport.open(objects, folder);
        if (export.incremental()) {
            return opened(ExportFinder.endingWith(objects, folder, export));
        }
        return opened(new ExportFinder.Found(ExportChain.of(List.of(export)), List.of()));
    }

    private Optional<Opened> exports(String folder) {
        return ExportFinder.newest(objects, folder).map(this::opened);
    }

    private Opened opened(ExportFinder.Found found) {
        return new Opened(found.chain(), found.chain().keys().or(() -> settings.keys()), found.notes());
    }

    private Opened opened(Source source, List<String> notes) {
        return new Opened(source, source.table().map(TableDocument::keys).or(() -> settings.keys()), notes);
    }

    /** Told by what the first objects are called. */
    private Opened byNames(String folder) {
        List<String> names = objects.list(folder)
                .limit(LOOK)
                .map(entry -> entry.key().substring(folder.length()))
                .toList();
        if (names.stream().anyMatch(FolderListing::isItem)) {
            FolderSource items =
                    FolderSource.open(objects, folder, settings.keys(), settings.temporary(), settings.calls());
            List<String> notes = settings.keys().isPresent()
                    ? List.of()
                    : List.of("the key of " + items.name() + " was found out to be " + items.keys());
            return new Opened(items, Optional.of(items.keys()), notes);
        }
        if (names.stream().anyMatch(MapboxSegments::isSegment)) {
            return opened(
                    MapboxSegments.open(objects, folder),
                    List.of("nothing in this format tells how many files there were: a last one that is missing"
                            + " would not be missed"));
        }
        throw nothing(names);
    }

    private InvalidSettingsException nothing() {
        return nothing(List.of());
    }

    private InvalidSettingsException nothing(List<String> names) {
        String place = objects.name() + (key.isEmpty() ? "" : "/" + key);
        String problem = names.isEmpty() ? "there is nothing" : "there is nothing that items can be taken from";
        String below = names.stream()
                .filter(name -> name.contains("/"))
                .findFirst()
                .map(name -> "; there is a folder " + place + "/" + name.substring(0, name.indexOf('/')))
                .orElse("");
        return new InvalidSettingsException(
                "open",
                place,
                problem + below,
                "Looked for: an export or a full backup (manifest-summary.json, or AWSDynamoDB/ below), a Data Pipeline"
                        + " export (manifest), a file of items, a dynamodb-replicator backup (files 0, 1, 2…), a folder"
                        + " of items (files called by hashes)");
    }
}
