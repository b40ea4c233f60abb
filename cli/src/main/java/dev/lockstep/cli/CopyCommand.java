package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.capacity.Usage;
import dev.lockstep.replicate.Copy;
import dev.lockstep.replicate.CopySettings;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.TableRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep copy}. */
@Command(
        name = "copy",
        mixinStandardHelpOptions = true,
        description = {
            "Copies every item of PRIMARY into each DESTINATION. Writes without conditions, so a table that holds items is"
                    + " refused.",
            "For a replica that is in use say 'lockstep diff --repair'."
        },
        footerHeading = "%nExit status:%n",
        footer =
                "  0  done    2  wrong command line, nothing was written    3  stopped by a failure    130  interrupted")
final class CopyCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "PRIMARY", description = "The table to read: region/table, an ARN, ...")
    String primary = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "DESTINATION", description = "The tables to write.")
    List<String> destinations = new ArrayList<>();

    @Option(names = "--overwrite", description = "Write into a table that holds items.")
    boolean overwrite;

    @Option(
            names = "--create",
            description = "Make a destination that is not there: keys, indexes, billing mode, stream, TTL, tags.")
    boolean create;

    @Option(names = "--dry-run", description = "Read and count; write nothing.")
    boolean dryRun;

    @Mixin
    CommonOptions.Scanning scanning = new CommonOptions.Scanning();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        TableRef primaryRef = TableRef.parse(primary);
        List<TableRef> refs =
                destinations.stream().map(CopyCommand::destination).toList();
        CopySettings settings = new CopySettings(
                scanning.total(), scanning.only(), scanning.parallel, overwrite, dryRun, common.retry());
        try (Connections connections = new Connections(common.allowHttp)) {
            DynamoTable from = connections.open(primaryRef);
            if (create && !dryRun) {
                createMissing(connections, from, refs);
            }
            return copy(from, connections.open(refs), settings);
        }
    }

    private static TableRef destination(String text) {
        if (text.startsWith("s3://")) {
            throw new InvalidSettingsException(
                    "copy", text, "copying into S3 is not part of this version", "Name a table");
        }
        return TableRef.parse(text);
    }

    private void createMissing(Connections connections, DynamoTable from, List<TableRef> refs) {
        Console console = Console.of(spec, common);
        for (TableRef ref : refs) {
            if (!connections.exists(ref)) {
                console.err().println("lockstep: creating " + ref + " like " + from.name());
                connections.createLike(from, ref);
            }
        }
    }

    private int copy(DynamoTable from, List<DynamoTable> to, CopySettings settings) {
        Console console = Console.of(spec, common);
        Map<String, Usage> usage = new LinkedHashMap<>();
        usage.put(from.name(), from.usage());
        to.forEach(t -> usage.put(t.name(), t.usage()));
        long began = System.nanoTime();
        List<DynamoTable> all = new ArrayList<>(to);
        all.add(0, from);
        try (ConsoleProgress progress = console.progress(all)) {
            Copy.Result result = new Copy(from, to, settings, progress).run();
            progress.close();
            long elapsed = System.nanoTime() - began;
            Written written = new Written(result.read(), result.written(), 0, 0, 0);
            console.print(written.json(usage, elapsed), () -> text(from, to, result, usage, elapsed));
            return 0;
        }
    }

    private String text(
            DynamoTable from, List<DynamoTable> to, Copy.Result result, Map<String, Usage> usage, long elapsed) {
        String what =
                dryRun ? "dry run: would write %,d items read from %s into %s%n" : "copied %,d items of %s into %s%n";
        String names = String.join(", ", to.stream().map(DynamoTable::name).toList());
        String check = dryRun
                ? ""
                : String.format(
                        "%n%nTo prove them equal: lockstep diff %s %s", primary, String.join(" ", destinations));
        return String.format(Locale.ROOT, what, result.read(), from.name(), names)
                + DiffText.costs(usage, Duration.ofNanos(elapsed)).stripTrailing()
                + check;
    }
}
