package dev.lockstep.cli;

import dev.lockstep.progress.Progress;
import dev.lockstep.replicate.FolderDestination;
import dev.lockstep.replicate.ReadThrough;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table.Consistency;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code lockstep item backup}. */
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description =
                "Makes one item of the table's folder in S3 what it is in TABLE: written, or deleted where the table has"
                        + " none.")
final class ItemBackupCommand extends ItemInFolder {
    @Override
    int run(Opened opened, Console console) {
        long began = System.nanoTime();
        RetryingTable from = RetryingTable.over(common.budget.reading(opened.table()), common.retry(), Progress.NONE);
        boolean there =
                !from.read(List.of(opened.key()), Consistency.STRONG).items().isEmpty();
        FolderDestination to = new FolderDestination(opened.folder(), opened.calls());
        Map<Key, ReadThrough.Open> open = new ReadThrough(from, to).settle(List.of(opened.key()));
        long done = open.isEmpty() ? 1 : 0;
        Written written = new Written(1, there ? done : 0, there ? 0 : done, 0, open.size());
        console.print(
                written.json(Map.of(opened.table().name(), opened.table().usage()), System.nanoTime() - began),
                () -> opened.key() + ": "
                        + said(
                                there,
                                open.getOrDefault(opened.key(), new ReadThrough.Open(""))
                                        .why()) + " in " + opened.folder().name());
        return open.isEmpty() ? 0 : 1;
    }

    private static String said(boolean there, String problem) {
        if (!problem.isEmpty()) {
            return "not settled (" + problem + ")";
        }
        return there ? "written" : "the table has no such item; deleted";
    }
}
