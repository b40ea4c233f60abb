package dev.lockstep.cli;

import dev.lockstep.capacity.Usage;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.PacedTable;
import dev.lockstep.table.TableRef;
import dev.lockstep.verify.Undo;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep undo}. */
@Command(
        name = "undo",
        mixinStandardHelpOptions = true,
        description = "Puts back what a repair replaced in TABLE, wherever it has not been changed since.",
        footerHeading = "%nExit status:%n",
        footer = "  0  done    1  some items could not be put back    2  wrong command line    3  stopped by a failure")
final class UndoCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE", description = "The undo log of the repair.")
    @Nullable
    Path file;

    @Parameters(index = "1", paramLabel = "TABLE", description = "The table that was repaired.")
    String table = "";

    @Option(names = "--dry-run", description = "Count what would be put back; write nothing.")
    boolean dryRun;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    private static String some(String text, long count) {
        return count == 0 ? "" : String.format(Locale.ROOT, text, count);
    }

    @Override
    public Integer call() {
        long began = System.nanoTime();
        TableRef ref = TableRef.parse(table);
        Console console = Console.of(spec, common);
        try (Connections connections = Connections.of(common)) {
            DynamoTable opened = connections.replica().open(ref);
            PacedTable budgeted = common.budget.writing(opened);
            try (ConsoleProgress progress = console.progress(List.of(opened))) {
                Undo.Result result =
                        new Undo(Objects.requireNonNull(file), budgeted, dryRun, common.retry(), progress).run();
                Written written = new Written(
                        result.read(), result.written(), result.deleted(), result.skipped(), result.failed());
                Map<String, Usage> usage = Map.of(opened.name(), opened.usage());
                console.print(
                        written.json(usage, System.nanoTime() - began),
                        () -> String.format(
                                Locale.ROOT,
                                "%s%,d of %,d changes %s %s: %,d put back, %,d removed%s%s",
                                dryRun ? "dry run: " : "",
                                result.written() + result.deleted(),
                                result.read(),
                                dryRun ? "would be undone in" : "undone in",
                                opened.name(),
                                result.written(),
                                result.deleted(),
                                some(", %,d left as they are (changed since, or never written)", result.skipped()),
                                some(", %,d FAILED", result.failed())));
                return result.failed() == 0 ? 0 : 1;
            }
        }
    }
}
