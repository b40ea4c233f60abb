package dev.lockstep.backup;

import dev.lockstep.LockstepException;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.StoredObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which of the exports in one folder belong together: a full one, and the incremental ones that follow it. */
final class ExportFinder {
    private static final Set<String> TELLING =
            Set.of(NativeExport.SUMMARY, BackupManifest.NAME, BackupLayout.JOB, BackupLayout.STARTED);

    private final ObjectStore objects;
    private final String folder;
    private final Map<String, ExportSummary> complete = new TreeMap<>();
    private final List<String> notes = new ArrayList<>();

    record Found(ExportChain chain, List<String> notes) {}

    private ExportFinder(ObjectStore objects, String folder) {
        this.objects = objects;
        this.folder = folder;
    }

    /**
     * The newest full export and all that follow it.
     *
     * @param folder {@code …/AWSDynamoDB/}
     * @return empty where there is none
     * @throws LockstepException where they are of several tables
     */
    static Optional<Found> newest(ObjectStore objects, String folder) {
        ExportFinder finder = new ExportFinder(objects, folder);
        if (!finder.look()) {
            return Optional.empty();
        }
        finder.requireOneTable();
        return Optional.of(finder.newest());
    }

    /** An incremental export, and what it follows: all in the folder that it is in. */
    static Found endingWith(ObjectStore objects, String incremental, NativeExport last) {
        int slash = incremental.lastIndexOf('/', incremental.length() - 2);
        ExportFinder finder = new ExportFinder(objects, incremental.substring(0, slash + 1));
        finder.look();
        ExportSummary summary = last.summary();
        finder.complete
                .values()
                .removeIf(other -> !other.tableArn().equals(summary.tableArn())
                        || !other.tableId().equals(summary.tableId())
                        || other.to().isAfter(summary.to()));
        return finder.newest();
    }

    /**
     * All full exports of one table, each by itself; what cannot be opened is passed over and told.
     *
     * @param folder {@code …/AWSDynamoDB/}
     * @param notes what the user should know is added
     */
    static List<PointInTime.Base> fullOnes(ObjectStore objects, String folder, String table, List<String> notes) {
        ExportFinder finder = new ExportFinder(objects, folder);
        finder.look();
        List<PointInTime.Base> bases = new ArrayList<>();
        finder.complete.forEach((id, summary) -> {
            if (!summary.incremental() && summary.tableArn().endsWith(":table/" + table)) {
                try {
                    bases.add(base(finder.open(id)));
                } catch (DamagedException e) {
                    finder.notes.add(e.subject() + " is passed over: " + e.problem());
                }
            }
        });
        notes.addAll(finder.notes);
        return bases;
    }

    private static PointInTime.Base base(NativeExport export) {
        return new PointInTime.Base(
                ExportChain.of(List.of(export)),
                export.covers(),
                export.ends(),
                export.summary().tableId().orElse(""));
    }

    /** Whether there is any export. */
    private boolean look() {
        Map<String, Set<String>> files = new TreeMap<>();
        objects.list(folder).forEach(entry -> {
            String rest = entry.key().substring(folder.length());
            int slash = rest.indexOf('/');
            if (slash > 0 && TELLING.contains(rest.substring(slash + 1))) {
                files.computeIfAbsent(rest.substring(0, slash), id -> new TreeSet<>())
                        .add(rest.substring(slash + 1));
            }
        });
        files.forEach((id, names) -> {
            boolean ours = names.contains(BackupLayout.JOB) || names.contains(BackupManifest.NAME);
            if (names.contains(ours ? BackupManifest.NAME : NativeExport.SUMMARY)) {
                complete.put(id, summary(folder + id + "/" + NativeExport.SUMMARY));
            } else {
                notes.add(objects.name() + "/" + folder + id + " has not finished; it is passed over");
            }
        });
        if (complete.isEmpty() && !files.isEmpty()) {
            throw new DamagedException(objects.name() + "/" + folder, "no export or backup in it has finished");
        }
        return !files.isEmpty();
    }

    private ExportSummary summary(String key) {
        String subject = objects.name() + "/" + key;
        byte[] content = objects.get(key)
                .map(StoredObject::content)
                .orElseThrow(() -> new DamagedException(subject, "it is missing"));
        return ExportSummary.parse(subject, content);
    }

    private void requireOneTable() {
        Set<String> tables = complete.values().stream()
                .map(summary -> summary.tableArn()
                        + summary.tableId().map(id -> " " + id).orElse(""))
                .collect(Collectors.toCollection(TreeSet::new));
        if (tables.size() > 1) {
            String all = complete.entrySet().stream()
                    .map(e -> e.getKey() + " of " + e.getValue().tableArn())
                    .collect(Collectors.joining(", "));
            throw new LockstepException(
                    "open",
                    objects.name() + "/" + folder,
                    "the exports in it are of several tables: " + all,
                    "Name one of them");
        }
    }

    private Found newest() {
        Optional<Map.Entry<String, ExportSummary>> full = complete.entrySet().stream()
                .filter(e -> !e.getValue().incremental())
                .max(Comparator.comparing(e -> e.getValue().to()));
        List<NativeExport> used = new ArrayList<>();
        full.ifPresent(e -> used.add(open(e.getKey())));
        complete.forEach((id, summary) -> {
            boolean later =
                    full.map(e -> summary.to().isAfter(e.getValue().to())).orElse(true);
            if (summary.incremental() && later) {
                used.add(open(id));
            }
        });
        ExportChain chain = ExportChain.of(used);
        if (complete.size() > 1) {
            notes.add("of " + complete.size() + " exports in " + objects.name() + "/" + folder + " these are taken: "
                    + chain.exports().stream().map(NativeExport::name).collect(Collectors.joining(", ")));
        }
        return new Found(chain, notes);
    }

    private NativeExport open(String id) {
        return NativeExport.open(objects, folder + id + "/");
    }
}
