package dev.lockstep.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lockstep item restore}: {@code restore --key}, in the order of arguments that commands for one item have. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description =
                "Brings one item of TABLE back from SOURCE: as the folder of items has it, as it was in a backup, or with"
                        + " --at as it was at that time.")
final class ItemRestoreCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "TABLE", description = "The table to write.")
    String table = "";

    @Parameters(index = "1", paramLabel = "SOURCE", description = "As for 'lockstep restore'.")
    String source = "";

    @Parameters(
            index = "2",
            paramLabel = "KEY",
            description = "Plain JSON ({\"id\":\"abc\"}) or DynamoDB JSON ({\"id\":{\"S\":\"abc\"}}).")
    String key = "";

    @Option(names = "--delete-extra", description = "Delete the item where the source tells that there was none.")
    boolean deleteExtra;

    @Option(names = "--dry-run", description = "Say what would be done; write nothing.")
    boolean dryRun;

    @Option(names = "--undo-log", paramLabel = "FILE", description = "Keep what is replaced, for 'lockstep undo'.")
    @Nullable
    Path undoLog;

    @Mixin
    FoundSource.Options finding = new FoundSource.Options();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        RestoreCommand restore = new RestoreCommand();
        restore.source = source;
        restore.table = table;
        restore.only = List.of(key);
        restore.deleteExtra = deleteExtra;
        restore.dryRun = dryRun;
        restore.undoLog = undoLog;
        restore.finding = finding;
        restore.common = common;
        restore.spec = spec;
        return restore.call();
    }
}
