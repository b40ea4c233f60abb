package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.objects.Digest;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.StoredObject;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import dev.lockstep.table.TableDocument;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One export of a table to S3, full or incremental, by DynamoDB itself or by this Lockstep, which keeps more beside it:
 *
 * <pre>
 * prefix/AWSDynamoDB/ID/
 *   manifest-summary.json  manifest-files.json  .md5 or .checksum of both
 *   data/NAME.json.gz                    items of a full export
 *   table-description.json               Lockstep: what makes the table anew
 *   lockstep-manifest.json               Lockstep: SHA-256 and size of each file
 * prefix/AWSDynamoDB/data/NAME.json.gz   items of all incremental exports
 * </pre>
 *
 * The manifests are read, and the files are looked for, when it is opened; faults that were found are kept.
 */
final class NativeExport {
    static final String SUMMARY = BackupLayout.SUMMARY;
    static final String FILES = BackupLayout.FILES;

    private static final int MAX_FAULTS = 1000;

    private final ObjectStore objects;
    private final String folder;
    private final ExportSummary summary;
    private final Optional<BackupManifest> ours;
    private final Optional<TableDocument> table;
    private final Layer layer;
    private final List<DamagedException> faults;

    private NativeExport(
            ObjectStore objects,
            String folder,
            ExportSummary summary,
            Optional<BackupManifest> ours,
            Optional<TableDocument> table,
            List<Part> parts,
            List<DamagedException> faults) {
        this.objects = objects;
        this.folder = folder;
        this.summary = summary;
        this.ours = ours;
        this.table = table;
        this.layer = new Layer(objects.name() + "/" + folder, parts);
        this.faults = faults;
    }

    /** Whether there is one in this folder, be it unfinished. */
    static boolean isIn(ObjectStore objects, String folder) {
        return Stream.of(SUMMARY, BackupLayout.STARTED, BackupLayout.JOB)
                .anyMatch(name -> objects.get(folder + name).isPresent());
    }

    /**
     * @param folder with a slash at its end
     * @throws DamagedException where it has not finished, or its manifests cannot be read
     */
    static NativeExport open(ObjectStore objects, String folder) {
        return new Opening(objects, folder).open();
    }

    String name() {
        return layer.name().replaceAll("/$", "");
    }

    ExportSummary summary() {
        return summary;
    }

    /** What the table was from here on is not, or not surely, in it. */
    Instant covers() {
        return ours.map(BackupManifest::from).orElse(summary.to());
    }

    /** It holds nothing that was written after. */
    Instant ends() {
        return ours.map(BackupManifest::to).orElse(summary.to());
    }

    boolean incremental() {
        return summary.incremental();
    }

    Optional<TableDocument> table() {
        return table;
    }

    /** The key of the table, where anything tells it. */
    Optional<KeySchema> keys() {
        return ours.map(BackupManifest::keys).or(() -> table.map(TableDocument::keys));
    }

    Layer layer() {
        return layer;
    }

    List<DamagedException> faults() {
        return faults;
    }

    String format() {
        String what = ours.isPresent()
                ? "a full backup"
                : (incremental() ? "an incremental export to S3" : "a full export to S3");
        return what + " (" + summary.format() + ")" + (summary.filtered() ? " of a part of the table" : "");
    }

    DamagedException fault(String problem) {
        return new DamagedException(objects.name() + "/" + folder + SUMMARY, problem);
    }

    /** The steps of opening one. */
    private static final class Opening {
        private final ObjectStore objects;
        private final String folder;
        private final Map<String, byte[]> read = new HashMap<>();
        private final List<DamagedException> faults = new ArrayList<>();

        Opening(ObjectStore objects, String folder) {
            this.objects = objects;
            this.folder = folder;
        }

        NativeExport open() {
            Optional<byte[]> manifest = get(BackupManifest.NAME);
            if (manifest.isEmpty() && get(BackupLayout.JOB).isPresent()) {
                throw damaged(BackupManifest.NAME, "it is missing: the backup has not finished");
            }
            Optional<BackupManifest> ours =
                    manifest.map(content -> BackupManifest.parse(subject(BackupManifest.NAME), content));
            ExportSummary summary = ExportSummary.parse(subject(SUMMARY), require(SUMMARY));
            ExportKeys keys = keys(summary);
            ExportManifest files = ExportManifest.parse(subject(FILES), require(FILES), keys);
            faults.addAll(files.faults());
            checkSide(SUMMARY);
            checkSide(FILES);
            Optional<TableDocument> table = get(BackupLayout.TABLE).flatMap(this::table);
            ours.ifPresent(told -> checkOthers(told, files));
            if (summary.itemCount() != files.items()) {
                faults.add(damaged(
                        SUMMARY, "it tells " + summary.itemCount() + " items, " + FILES + " tells " + files.items()));
            }
            List<Part> parts = parts(summary, keys, known(files, ours));
            return new NativeExport(objects, folder, summary, ours, table, parts, List.copyOf(faults));
        }

        private Optional<byte[]> get(String name) {
            Optional<byte[]> content = objects.get(folder + name).map(StoredObject::content);
            content.ifPresent(bytes -> read.put(name, bytes));
            return content;
        }

        private byte[] require(String name) {
            return get(name)
                    .orElseThrow(() -> damaged(name, "it is missing: the export has not finished, or it was deleted"));
        }

        private String subject(String name) {
            return objects.name() + "/" + folder + name;
        }

        private DamagedException damaged(String name, String problem) {
            return new DamagedException(subject(name), problem);
        }

        private ExportKeys keys(ExportSummary summary) {
            try {
                return ExportKeys.of(folder, summary);
            } catch (MalformedItemException e) {
                throw damaged(SUMMARY, e.getMessage());
            }
        }

        private void checkSide(String name) {
            byte[] content = read.getOrDefault(name, new byte[0]);
            for (String extension : List.of(".md5", ".checksum")) {
                String side = name.replace(".json", extension);
                boolean fits =
                        get(side).map(hash -> SideFile.fits(hash, content)).orElse(true);
                if (!fits) {
                    faults.add(damaged(name, "it does not have the hash that " + side + " tells: it was changed"));
                }
            }
        }

        private Optional<TableDocument> table(byte[] content) {
            try {
                return Optional.of(TableDocument.parse(new String(content, UTF_8)));
            } catch (MalformedItemException e) {
                faults.add(damaged(BackupLayout.TABLE, e.getMessage()));
                return Optional.empty();
            }
        }

        private void checkOthers(BackupManifest told, ExportManifest files) {
            told.others().forEach((name, hash) -> {
                Optional<byte[]> content = name.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9]+)?")
                        ? Optional.ofNullable(read.get(name)).or(() -> get(name))
                        : Optional.empty();
                if (content.isEmpty()) {
                    faults.add(damaged(name, "it is missing"));
                } else if (!Digest.SHA256.hexOf(content.get()).equals(hash)) {
                    faults.add(damaged(name, "it does not have the SHA-256 that " + BackupManifest.NAME + " tells"));
                }
            });
            if (told.files().size() != files.files().size() || told.items() != files.items()) {
                faults.add(damaged(FILES, "it tells of other files than " + BackupManifest.NAME));
            }
        }

        /** Our manifest knows more of a file than DynamoDB's. */
        private Map<String, Known> known(ExportManifest files, Optional<BackupManifest> ours) {
            Map<String, Known> known = new HashMap<>(files.files());
            ours.stream().flatMap(m -> m.files().stream()).forEach(file -> {
                String key = folder + "data/" + file.key().substring(file.key().lastIndexOf('/') + 1);
                if (known.replace(key, Known.of(file)) == null) {
                    faults.add(damaged(FILES, "it does not name a file that " + BackupManifest.NAME + " names"));
                }
            });
            return known;
        }

        /**
         * A file for each that is named, in the order of the keys; what is missing or too many is a fault. The folder that
         * all incremental exports share is not listed: it may hold very many, and a file that is missing is found missing
         * when it is read.
         */
        private List<Part> parts(ExportSummary summary, ExportKeys keys, Map<String, Known> files) {
            Map<String, Known> missing = new HashMap<>(files);
            List<Part> parts = new ArrayList<>();
            objects.list(keys.data()).forEach(entry -> {
                Known known = missing.remove(entry.key());
                if (known == null) {
                    add(new DamagedException(
                            objects.name() + "/" + entry.key(), "it is not of this export: no manifest names it"));
                } else {
                    parts.add(part(entry, known, summary.lines()));
                }
            });
            missing.keySet().stream().sorted().forEach(key -> {
                if (key.startsWith(keys.data())) {
                    add(new DamagedException(objects.name() + "/" + key, "it is missing"));
                } else {
                    parts.add(part(key, 0, missing.getOrDefault(key, Known.NOTHING), summary.lines()));
                }
            });
            return parts;
        }

        private void add(DamagedException fault) {
            if (faults.size() < MAX_FAULTS) {
                faults.add(fault);
            }
        }

        private Part part(ObjectStore.Entry entry, Known known, LineFormat format) {
            return part(entry.key(), entry.size(), known, format);
        }

        private Part part(String key, long bytes, Known known, LineFormat format) {
            boolean proved = known.md5().isPresent();
            return new FilePart(objects, key, bytes, known, new FilePart.Lines(format, 0, !proved));
        }
    }
}
