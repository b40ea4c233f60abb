package dev.lockstep.replicate;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.items;

import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.EveryStep;
import dev.lockstep.checkpoint.Job;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.Segment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CopyResumeTest {
    private static EveryStep.Try copy(Optional<Segment> only) {
        MemoryTable primary = new MemoryTable("primary", BY_STRING).pagesOf(9);
        items(150).forEach(primary::put);
        MemoryTable destination = new MemoryTable("destination", BY_STRING);
        CopySettings settings = new CopySettings(
                OptionalInt.of(3), only, 2, false, false, new RetryPolicy(0, Duration.ZERO, Duration.ZERO));
        Job job = new Job("copy", Map.of("primary", primary), BY_STRING, new TreeMap<>());
        return (fuse, kept) -> {
            try (Checkpoint checkpoint = Checkpoint.open(fuse.on(kept), job)) {
                Copy.Result result = new Copy(
                                fuse.on(primary),
                                List.of(fuse.on(destination)),
                                settings,
                                Progress.NONE,
                                new SavedCopy(checkpoint))
                        .run();
                return List.of(result, destination.items());
            }
        };
    }

    @Test
    void a_copy_killed_at_any_step_ends_as_if_it_had_not_been() {
        EveryStep.check(5, () -> copy(Optional.empty()));
    }

    @Test
    void a_copy_of_one_segment_killed_at_any_step_ends_as_if_it_had_not_been() {
        EveryStep.check(5, () -> copy(Optional.of(new Segment(1, 3))));
    }
}
