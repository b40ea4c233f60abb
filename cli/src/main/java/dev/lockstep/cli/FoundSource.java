package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.backup.SingleItem;
import dev.lockstep.backup.Source;
import dev.lockstep.backup.Sources;
import dev.lockstep.backup.Sources.Opened;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.objects.FolderObjects;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import dev.lockstep.work.Pool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a user named as a source, found and open; closed when all of it was read. */
record FoundSource(Opened opened, Pool calls) implements AutoCloseable {
    Source source() {
        return opened.source();
    }

    List<String> notes() {
        return opened.notes();
    }

    @Override
    public void close() {
        calls.close();
    }

    /** Where sources are, for commands that read one. */
    static final class Options {
        @Option(
                names = "--at",
                paramLabel = "TIME",
                converter = Instants.class,
                description =
                        "As the table was at this time, the whole second included: 2025-03-01T12:00:00Z, or seconds"
                                + " since 1970. From the newest full backup before it and the change log.")
        @Nullable
        Instant at;

        @Option(
                names = "--source-table",
                paramLabel = "NAME",
                description = "The name of the table that was backed up, if it is another than now.")
        @Nullable
        String table;

        @Option(
                names = "--accept-unproven",
                description =
                        "With --at: take a change log that Lambda wrote, though nobody can prove that it is whole.")
        boolean unproven;

        @Mixin
        CommonOptions.Buckets buckets = new CommonOptions.Buckets();

        /**
         * @param keys of the table that it is of, where that is known
         * @param name of the table that it is of, where the user does not say another
         */
        FoundSource find(
                Connections connections,
                String text,
                Optional<KeySchema> keys,
                Optional<String> name,
                CommonOptions common,
                Progress progress) {
            Place place = Place.of(connections, text, buckets);
            RetryingObjects objects = RetryingObjects.over(place.objects(), common.retry(), progress);
            Pool calls = Pool.of("objects", ItemFolder.MAX_CALLS);
            boolean found = false;
            try {
                Opened opened = open(objects, place, new Sources.Settings(keys, temporary(), calls), text, name);
                found = true;
                return new FoundSource(opened, calls);
            } finally {
                if (!found) {
                    calls.close();
                }
            }
        }

        private Opened open(
                RetryingObjects objects, Place place, Sources.Settings settings, String text, Optional<String> name) {
            if (at == null) {
                return openHere(
                        objects,
                        place.key(),
                        settings,
                        Optional.ofNullable(table).or(() -> name));
            }
            if (!ObjectRef.isMeantBy(text)) {
                throw new InvalidSettingsException("open", text, "--at needs the change log in its bucket", "");
            }
            String of = Optional.ofNullable(table)
                    .or(() -> name)
                    .orElseThrow(() -> new InvalidSettingsException(
                            "open", text, "--at needs the name of the table", "Say --source-table NAME"));
            return Sources.at(objects, ObjectRef.parse(text), of, at, unproven, settings);
        }

        /** A user may name the prefix that was given to 'replicate' or 'copy', with the table's folder of items in it. */
        private static Opened openHere(
                RetryingObjects objects, String key, Sources.Settings settings, Optional<String> name) {
            String below = key.isEmpty() ? name.orElse("") : key + "/" + name.orElse("");
            try {
                return Sources.open(objects, key, settings);
            } catch (InvalidSettingsException e) {
                if (name.isEmpty() || objects.list(below + "/").findAny().isEmpty()) {
                    throw e;
                }
                return Sources.open(objects, below, settings);
            }
        }

        /** Where there are full backups too, these are meant, as they are for a whole table. */
        private static List<ObjectRef> folders(ObjectStore objects, ObjectRef ref, String table) {
            return Sources.holdsExports(objects, ref) ? List.of(ref) : List.of(ref, ref.folder(table));
        }

        /**
         * The one item of a folder of items, without reading the others.
         *
         * @return empty where the user means something else, or the folder does not have the item
         */
        Optional<Source> item(Connections connections, String text, String table, Key key, CommonOptions common) {
            if (at != null || !ObjectRef.isMeantBy(text)) {
                return Optional.empty();
            }
            ObjectRef ref = ObjectRef.parse(text);
            RetryingObjects objects =
                    RetryingObjects.over(connections.bucket(ref, buckets.endpoint()), common.retry(), Progress.NONE);
            try (Pool calls = Pool.of("objects", ItemFolder.MAX_CALLS)) {
                for (ObjectRef folder : folders(objects, ref, table)) {
                    ItemFolder items = new ItemFolder(objects, folder, calls);
                    Optional<Item> found = items.read(key);
                    if (found.isPresent()) {
                        return found.map(item -> new SingleItem(items.name(), item));
                    }
                }
            }
            return Optional.empty();
        }
    }

    /** Where a user points: a bucket and a prefix, or a folder or file on this machine. */
    record Place(ObjectStore objects, String key) {
        static Place of(Connections connections, String text, CommonOptions.Buckets buckets) {
            if (ObjectRef.isMeantBy(text)) {
                ObjectRef ref = ObjectRef.parse(text);
                return new Place(connections.bucket(ref, buckets.endpoint()), ref.prefix());
            }
            Path path = Path.of(text).toAbsolutePath().normalize();
            if (Files.isDirectory(path)) {
                return new Place(new FolderObjects(path), "");
            }
            if (Files.isRegularFile(path) && path.getParent() != null) {
                return new Place(new FolderObjects(path.getParent()), String.valueOf(path.getFileName()));
            }
            throw new InvalidSettingsException(
                    "open", text, "there is no such file or folder", "In a bucket it is s3://bucket/prefix");
        }
    }

    static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }
}
