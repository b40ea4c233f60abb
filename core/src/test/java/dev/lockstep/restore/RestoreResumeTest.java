package dev.lockstep.restore;

import static dev.lockstep.backup.MemorySource.put;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.n;

import dev.lockstep.backup.ItemState;
import dev.lockstep.backup.MemorySource;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.EveryStep;
import dev.lockstep.checkpoint.Job;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RetryPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class RestoreResumeTest {
    private static final int ITEMS = 900;

    @TempDir
    Path folder;

    private static Item now(int i) {
        return item("k" + i, "v", n("" + i));
    }

    /** Two files of items, and later changes that tell of some of them twice. */
    private static MemorySource source() {
        return new MemorySource()
                .items(
                        IntStream.range(0, ITEMS / 2)
                                .mapToObj(RestoreResumeTest::now)
                                .toList(),
                        IntStream.range(ITEMS / 2, ITEMS)
                                .mapToObj(RestoreResumeTest::now)
                                .toList())
                .states(IntStream.range(0, 40)
                        .mapToObj(i -> put(item("k" + i % 20, "v", n("-" + i % 20)), "" + (100 + i % 20)))
                        .toArray(ItemState[]::new));
    }

    private EveryStep.Try restore(boolean deleteExtra, boolean empty) {
        MemoryTable table = new MemoryTable("table", BY_STRING).pagesOf(70);
        for (int i = 0; i < ITEMS + 100 && !empty; i++) {
            if (i % 3 != 0) {
                table.put(item("k" + i, "v", n("" + (i % 5 == 0 ? 7 : i))));
            }
        }
        Job job = new Job("restore", Map.of("table", table), BY_STRING, new TreeMap<>());
        RestoreSettings settings = new RestoreSettings(
                Set.of(),
                !empty,
                deleteExtra,
                false,
                Optional.empty(),
                2,
                folder,
                new RetryPolicy(0, Duration.ZERO, Duration.ZERO));
        return (fuse, kept) -> {
            try (Checkpoint checkpoint = Checkpoint.open(fuse.on(kept), job);
                    Restore restore = Restore.prove(source(), BY_STRING, settings, Progress.NONE)) {
                return List.of(restore.into(fuse.on(table), checkpoint), table.items());
            }
        };
    }

    @Test
    void into_an_empty_table_killed_at_any_step_it_ends_as_if_it_had_not_been() {
        EveryStep.check(11, () -> restore(false, true));
    }

    @Test
    void over_items_killed_at_any_step_it_ends_as_if_it_had_not_been() {
        EveryStep.check(61, () -> restore(false, false));
    }

    @Test
    void with_items_to_delete_killed_at_any_step_it_ends_as_if_it_had_not_been() {
        EveryStep.check(61, () -> restore(true, false));
    }
}
