package dev.lockstep.cli;

import dev.lockstep.Pause;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.verify.Comparison;
import dev.lockstep.verify.DiffResult;
import dev.lockstep.verify.Discrepancy;
import dev.lockstep.verify.Discrepancy.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares one item of a table with what a folder of items has. As everywhere the folder is read before the table, and a
 * difference counts only when the table's item was the same at two looks.
 */
final class FolderItemDiff {
    private static final int LOOKS = 5;

    private final RetryingTable table;
    private final ItemFolder folder;
    private final Comparison comparison;
    private final Duration settle;

    FolderItemDiff(RetryingTable table, ItemFolder folder, Comparison comparison, Duration settle) {
        this.table = table;
        this.folder = folder;
        this.comparison = comparison;
        this.settle = settle;
    }

    private record Look(@Nullable Item table, @Nullable Item folder) {}

    private Look look(Key key) {
        Item stored = folder.read(key).orElse(null);
        return new Look(table.read(List.of(key), Consistency.STRONG).items().get(key), stored);
    }

    /** @param found gets the difference, if there is one */
    DiffResult run(Key key, List<Discrepancy> found) {
        long began = System.nanoTime();
        Look last = look(key);
        for (int looks = 1; looks < LOOKS; looks++) {
            if (comparison.same(last.table(), last.folder())) {
                return result(last.table() == null ? 0 : 1, null, 0, began);
            }
            pause(key);
            Look now = look(key);
            boolean same = comparison.same(now.table(), now.folder());
            if (!same && comparison.same(now.table(), last.table())) {
                Discrepancy discrepancy = discrepancy(key, now);
                found.add(discrepancy);
                return result(0, discrepancy.kind(), 0, began);
            }
            last = now;
        }
        return result(0, null, 1, began);
    }

    private void pause(Key key) {
        Pause.of(settle, "compare", folder.name() + " " + key);
    }

    private Discrepancy discrepancy(Key key, Look look) {
        Kind kind = look.folder() == null ? Kind.MISSING : look.table() == null ? Kind.EXTRA : Kind.DIFFERENT;
        List<String> names = List.copyOf(comparison.differences(look.table(), look.folder()));
        return new Discrepancy(folder.name(), kind, key, names, look.table(), look.folder(), false, "");
    }

    private DiffResult result(long same, @Nullable Kind kind, long unsettled, long began) {
        DiffResult.Counts counts = new DiffResult.Counts(
                same,
                kind == Kind.MISSING ? 1 : 0,
                kind == Kind.DIFFERENT ? 1 : 0,
                kind == Kind.EXTRA ? 1 : 0,
                unsettled,
                0);
        return new DiffResult(
                table.name(),
                1,
                List.of(new DiffResult.Replica(folder.name(), counts)),
                Map.of(table.name(), table.usage()),
                Duration.ofNanos(System.nanoTime() - began),
                Optional.empty());
    }
}
