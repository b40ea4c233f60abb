package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.backup.BackupCheck;
import dev.lockstep.backup.BackupCheck.Result;
import dev.lockstep.backup.ChangeLog;
import dev.lockstep.backup.DamagedException;
import dev.lockstep.backup.ReadSettings;
import dev.lockstep.backup.Sources;
import dev.lockstep.backup.Sources.Opened;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.work.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep check}. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Proves a backup without restoring it: every file is read, its hash and count compared with the manifest, every"
                    + " line parsed. Names each file that is damaged, missing or too many.",
            "LOCATION is a full backup, an export to S3, a dynamodb-replicator backup or snapshot, a file of dyno export, a"
                    + " Data Pipeline export, a folder of items, or a change log (…/lockstep-changes/TABLE)."
        },
        footerHeading = "%nExit status:%n",
        footer = "  0  whole    1  faults were found    2  wrong command line, or nothing there    3  could not be read"
                + "    130  interrupted")
final class CheckCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "LOCATION", description = "s3://bucket/prefix, or a folder or file here.")
    String location = "";

    @Mixin
    CommonOptions.Files files = new CommonOptions.Files();

    @Mixin
    CommonOptions.Buckets buckets = new CommonOptions.Buckets();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        Console console = Console.of(spec, common);
        long began = System.nanoTime();
        try (Connections connections = Connections.of(common);
                ConsoleProgress progress = console.progress(List.of());
                Pool calls = Pool.of("objects", ItemFolder.MAX_CALLS)) {
            FoundSource.Place place = FoundSource.Place.of(connections.replica(), location, buckets);
            RetryingObjects objects = RetryingObjects.over(place.objects(), common.retry(), progress);
            List<Result> results = ObjectRef.isMeantBy(location)
                    ? bucket(objects, ObjectRef.parse(location), calls, progress)
                    : List.of(check(() -> source(objects, place.key(), calls), progress));
            progress.close();
            Result result = sum(results);
            Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
            console.print(json(result, elapsed), () -> text(result, elapsed));
            return result.faults().isEmpty() ? 0 : 1;
        }
    }

    /** A prefix may hold a backup, change logs, or both. */
    private List<Result> bucket(RetryingObjects objects, ObjectRef ref, Pool calls, ConsoleProgress progress) {
        if (ChangeLog.isMeantBy(ref)) {
            return List.of(check(() -> log(ChangeLog.openFolder(objects, ref, calls)), progress));
        }
        List<String> logged = ChangeLog.tables(objects, ref);
        List<Result> results = new ArrayList<>();
        try {
            results.add(check(() -> source(objects, ref.prefix(), calls), progress));
        } catch (InvalidSettingsException e) {
            if (logged.isEmpty()) {
                throw e;
            }
        }
        for (String table : logged) {
            results.add(check(() -> log(ChangeLog.open(objects, ref, table, calls)), progress));
        }
        return results;
    }

    private static Opened source(RetryingObjects objects, String key, Pool calls) {
        return Sources.open(objects, key, new Sources.Settings(Optional.empty(), FoundSource.temporary(), calls));
    }

    /** What is too damaged to be opened is a fault like any other. */
    private Result check(Supplier<Opened> opening, ConsoleProgress progress) {
        try {
            Opened opened = opening.get();
            progress.warning(opened.source().name() + ": " + opened.source().format());
            opened.notes().forEach(progress::warning);
            progress.expecting(0);
            return BackupCheck.run(
                    opened.source(),
                    opened.keys(),
                    new ReadSettings(files.atOnce(), FoundSource.temporary()),
                    progress);
        } catch (DamagedException e) {
            return new Result(0, 0, 0, List.of(e));
        }
    }

    private static Result sum(List<Result> results) {
        return new Result(
                results.stream().mapToLong(Result::items).sum(),
                results.stream().mapToLong(Result::bytes).sum(),
                results.stream().mapToLong(Result::files).sum(),
                results.stream().flatMap(r -> r.faults().stream()).toList());
    }

    private static Opened log(ChangeLog log) {
        String reach = log.earliest()
                .flatMap(from -> log.latest().map(to -> "it is whole from " + from + " to " + to))
                .orElse("it is whole at no time");
        return new Opened(log.everything(), Optional.empty(), List.of(reach));
    }

    private static ObjectNode json(Result result, Duration elapsed) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("items", result.items())
                .put("bytes", result.bytes())
                .put("files", result.files());
        var faults = json.putArray("faults");
        result.faults()
                .forEach(
                        fault -> faults.addObject().put("file", fault.subject()).put("problem", fault.problem()));
        return json.put("elapsedMillis", elapsed.toMillis());
    }

    private static String text(Result result, Duration elapsed) {
        StringBuilder text = new StringBuilder();
        result.faults()
                .forEach(fault -> text.append(fault.subject())
                        .append(": ")
                        .append(fault.problem())
                        .append(System.lineSeparator()));
        String verdict = result.faults().isEmpty() ? "whole" : result.faults().size() + " faults";
        return text.append(String.format(
                        Locale.ROOT,
                        "%s: %,d items in %,d files, %,d bytes, read in %.1f s",
                        verdict,
                        result.items(),
                        result.files(),
                        result.bytes(),
                        elapsed.toMillis() / 1000.0))
                .toString();
    }
}
