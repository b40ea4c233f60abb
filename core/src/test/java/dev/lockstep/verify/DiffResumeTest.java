package dev.lockstep.verify;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.EveryStep;
import dev.lockstep.checkpoint.Fuse;
import dev.lockstep.checkpoint.Job;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A comparison that is killed at any step and gone on with finds, counts, reports and repairs as if it had not been. */
@Timeout(120)
class DiffResumeTest {
    private static final int ITEMS = 90;

    @TempDir
    Path folder;

    private DiffSettings settings() {
        return DiffSettings.DEFAULT
                .withSettle(Duration.ZERO)
                .withSegments(2)
                .withParallel(2)
                .withRetry(new RetryPolicy(0, Duration.ZERO, Duration.ZERO))
                .withJournal(folder.resolve("" + UUID.randomUUID()));
    }

    private static MemoryTable primary() {
        MemoryTable table = new MemoryTable("primary", BY_STRING).pagesOf(7);
        for (int i = 0; i < ITEMS; i++) {
            table.put(item("k" + i, "v", n("" + i)));
        }
        return table;
    }

    private static MemoryTable replica(String name, int every) {
        MemoryTable table = new MemoryTable(name, BY_STRING).pagesOf(5);
        for (int i = 0; i < ITEMS + 12; i++) {
            if (i % every != 0) {
                table.put(item("k" + i, "v", n("" + (i % 4 == 0 ? -i : i))));
            }
        }
        return table;
    }

    /** One try: its tables, and the report that a process would keep in a file. */
    private final class Run implements EveryStep.Try {
        private final MemoryTable primary = primary();
        private final List<MemoryTable> replicas = List.of(replica("one", 5), replica("two", 3));
        private final List<String> report = Collections.synchronizedList(new ArrayList<>());
        private final DiffSettings settings;

        Run(DiffSettings settings) {
            this.settings = settings;
        }

        @Override
        public Object run(Fuse fuse, Fuse.Kept kept) {
            Map<String, Table> tables = new LinkedHashMap<>();
            tables.put("primary", primary);
            replicas.forEach(r -> tables.put(r.name(), r));
            Report lines = new Report() {
                @Override
                public long length() {
                    return report.size();
                }

                @Override
                public void makeDurable() {}
            };
            Job job = new Job("diff", tables, BY_STRING, new TreeMap<>());
            try (Checkpoint checkpoint = Checkpoint.open(fuse.on(kept), job)) {
                long reported = checkpoint.begun() ? Diff.reported(checkpoint) : 0;
                report.subList((int) reported, report.size()).clear();
                DiffResult result = new Diff(
                                fuse.on(primary),
                                replicas.stream().map(fuse::on).toList(),
                                settings)
                        .run(
                                f -> report.add(f.replica() + " " + f.kind() + " " + f.key() + " " + f.attributes()
                                        + " " + f.repaired()),
                                checkpoint,
                                lines);
                return List.of(
                        result.replicas(),
                        report.stream().sorted().toList(),
                        replicas.stream().map(MemoryTable::items).toList());
            }
        }
    }

    @Test
    void a_repair_killed_at_any_step() {
        EveryStep.check(11, () -> new Run(settings().withRepair(RepairPolicy.EVERYTHING)));
    }

    @Test
    void a_comparison_killed_at_any_step() {
        EveryStep.check(11, () -> new Run(settings()));
    }

    @Test
    void the_counts_are_those_without_a_checkpoint() {
        Run run = new Run(settings());
        DiffResult without = new Diff(run.primary, run.replicas, run.settings).run(found -> {});
        List<?> with = (List<?>) run.run(Fuse.none(), new Fuse.Kept());
        assertThat(with.get(0)).isEqualTo(without.replicas());
    }
}
