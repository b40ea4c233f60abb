package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalS3;
import dev.lockstep.local.Metered;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Budgets as a meter outside sees them, which bills by DynamoDB's rules and notes when. */
class BudgetTest {
    private static final double WINDOW = 5e9;
    private static final double SECOND = 1e9;

    /** A machine that leaves threads waiting for so long cannot use a budget either. */
    private static final double CALM = 0.05;

    /** Commands that run at the same time, each on tables of its own, so that the wall time is that of one. */
    @Test
    void in_no_five_seconds_do_the_tables_see_more_than_the_budget_and_one_call_and_it_is_used() throws Exception {
        String primary = Server.filled("primary", 260, 3_000);
        String replica = Server.filled("replica", 260, 3_000);
        String source = Server.filled("source", 170, 1_500);
        String empty = Server.create("empty");
        String saved = Server.filled("saved", 500, 1_000);
        try (FaultProxy proxy = Server.proxy();
                LocalS3 s3 = LocalS3.start();
                Stalls stalls = Stalls.watch()) {
            s3.createBucket("backups");
            Function<String, String> at = table -> Server.at(proxy.endpoint(), table);
            CompletableFuture<Ran> diff = run("diff", at.apply(primary), at.apply(replica), "--max-rcu", "14");
            CompletableFuture<Ran> copy = run(
                    "copy", at.apply(source), at.apply(empty), "--max-wcu", "45", "--max-rcu", "50", "--segments", "4");
            CompletableFuture<Ran> backup = run(
                    "backup",
                    at.apply(saved),
                    "s3://backups/all",
                    "--max-rcu",
                    "17",
                    "--s3-endpoint",
                    s3.endpoint().toString());
            assertThat(diff.get().status()).as(diff.get().err()).isZero();
            assertThat(copy.get().status()).as(copy.get().err()).isZero();
            assertThat(backup.get().status()).as(backup.get().err()).isZero();

            boolean calm = stalls.share() < CALM;
            keepsTo(14, charges(proxy, primary, false), calm);
            keepsTo(14, charges(proxy, replica, false), calm);
            keepsTo(45, charges(proxy, empty, true), calm);
            keepsTo(17, charges(proxy, saved, false), calm);
        }
        assertThat(Server.contents(empty)).isEqualTo(Server.contents(source));
    }

    /** The part of the time for which a thread that should run did not. */
    private static final class Stalls implements AutoCloseable {
        private static final long NAP = 10;
        private final long began = System.nanoTime();
        private final AtomicLong late = new AtomicLong();
        private final Thread thread = new Thread(this::nap);

        static Stalls watch() {
            Stalls stalls = new Stalls();
            stalls.thread.setDaemon(true);
            stalls.thread.start();
            return stalls;
        }

        private void nap() {
            while (!Thread.currentThread().isInterrupted()) {
                long before = System.nanoTime();
                try {
                    Thread.sleep(NAP);
                } catch (InterruptedException e) {
                    return;
                }
                late.addAndGet(Math.max(0, System.nanoTime() - before - 2 * NAP * 1_000_000));
            }
        }

        double share() {
            return (double) late.get() / (System.nanoTime() - began);
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    private static CompletableFuture<Ran> run(String... command) {
        CompletableFuture<Ran> ran = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                ran.complete(Shell.run(command));
            } catch (Throwable t) {
                ran.completeExceptionally(t);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return ran;
    }

    private static List<Metered> charges(FaultProxy proxy, String table, boolean writes) {
        return proxy.metered().stream()
                .filter(m -> m.table().equals(table) && m.write() == writes)
                .toList();
    }

    /** What is used is measured up to the last call: the work that is left then is that call's. */
    private static void keepsTo(double budget, List<Metered> charges, boolean calm) {
        double largest = charges.stream().mapToDouble(Metered::units).max().orElseThrow();
        assertThat(largest).as("one call").isLessThanOrEqualTo(budget);
        List<Metered> window = new ArrayList<>();
        double most = 0;
        for (Metered charge : charges) {
            window.add(charge);
            window.removeIf(m -> charge.nanoTime() - m.nanoTime() > WINDOW);
            most = Math.max(most, window.stream().mapToDouble(Metered::units).sum());
        }
        assertThat(most).as("in five seconds at most").isLessThanOrEqualTo(5 * budget + largest);
        double all = charges.stream().mapToDouble(Metered::units).sum();
        Metered first = charges.get(0);
        Metered last = charges.get(charges.size() - 1);
        double used = (all - last.units()) / (last.nanoTime() - first.nanoTime()) * SECOND;
        if (calm) {
            assertThat(used).as("used a second").isGreaterThanOrEqualTo(0.9 * budget);
        }
    }

    @Test
    void a_part_of_what_is_provisioned_is_a_budget_and_a_part_of_nothing_is_refused() {
        String primary = Server.filled("primary", 3, 100);
        String replica = Server.create("replica");
        Ran refused = Shell.run("copy", Server.ref(primary), Server.ref(replica), "--max-wcu", "50%");
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err())
                .contains("--max-wcu 50%")
                .contains("on demand")
                .contains("--max-wcu 500");
        assertThat(Server.contents(replica)).isEmpty();

        String provisioned = Server.createProvisioned("provisioned", 40, 20);
        Ran estimate = Shell.run(
                "copy",
                Server.ref(primary),
                Server.ref(provisioned),
                "--max-wcu",
                "5%",
                "--estimate",
                "--output",
                "json");
        assertThat(estimate.json().get("estimate").get("seconds").asDouble()).isEqualTo(3);
        for (String nothing : List.of("0", "0%", "-5", "many", "5 %")) {
            assertThat(Shell.run("copy", Server.ref(primary), Server.ref(replica), "--max-rcu=" + nothing)
                            .status())
                    .as(nothing)
                    .isEqualTo(2);
        }
    }

    @Test
    void a_copy_that_would_make_its_destination_is_estimated_without_making_it() {
        String primary = Server.filled("primary", 20, 1_500);
        String missing = "missing-" + primary;
        String[] copy = {"copy", Server.ref(primary), Server.ref(missing), "--output", "json", "--max-wcu", "10"};
        JsonNode estimate =
                Shell.run(with(copy, "--create", "--estimate")).json().get("estimate");
        assertThat(estimate.get("seconds").asDouble()).isBetween(3.0, 5.0);
        assertThat(estimate.get("tables")
                        .get(Server.ref(missing))
                        .get("writeUnits")
                        .asDouble())
                .isBetween(30.0, 50.0);
        assertThat(Server.there(missing)).isFalse();
        assertThat(Shell.run(with(copy, "--estimate")).status())
                .as("nothing says that it may be made")
                .isEqualTo(2);
    }

    @Test
    void a_part_of_what_a_table_would_be_made_without_is_refused_before_it_is_made() {
        String onDemand = Server.filled("primary", 5, 100);
        String missing = "missing-" + onDemand;
        Ran refused = Shell.run("copy", Server.ref(onDemand), Server.ref(missing), "--create", "--max-wcu", "50%");
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err())
                .contains("--max-wcu 50%")
                .contains(Server.ref(missing))
                .contains("made like " + Server.ref(onDemand))
                .contains("--max-wcu 500");
        assertThat(Server.there(missing)).isFalse();

        String provisioned = Server.createProvisioned("provisioned", 40, 20);
        String made = "made-" + provisioned;
        Ran copied = Shell.run("copy", Server.ref(provisioned), Server.ref(made), "--create", "--max-wcu", "50%");
        assertThat(copied.status()).as(copied.err()).isZero();
        assertThat(Server.there(made)).isTrue();

        try (LocalS3 s3 = LocalS3.start()) {
            s3.createBucket("backups");
            String[] json = {"--s3-endpoint", s3.endpoint().toString(), "--output", "json"};
            String backup = Shell.run(with(new String[] {"backup", Server.ref(onDemand), "s3://backups"}, json))
                    .json()
                    .get("location")
                    .asString();
            String[] restore = with(new String[] {"restore", backup, Server.ref(missing), "--create"}, json);
            Ran partOfNothing = Shell.run(with(restore, "--max-wcu", "50%"));
            assertThat(partOfNothing.status()).isEqualTo(2);
            assertThat(partOfNothing.err()).contains("--max-wcu 50%").contains("made like s3://backups");
            assertThat(Shell.run(with(restore, "--max-wcu", "10", "--estimate"))
                            .json()
                            .get("estimate")
                            .get("seconds")
                            .asDouble())
                    .isEqualTo(0.5);
            assertThat(Server.there(missing)).isFalse();
        }
    }

    @Test
    void pages_and_batches_are_as_small_as_was_said() {
        String primary = Server.filled("primary", 60, 100);
        String replica = Server.create("replica");
        try (FaultProxy proxy = Server.proxy()) {
            Ran ran = Shell.run(
                    "diff",
                    Server.at(proxy.endpoint(), primary),
                    Server.at(proxy.endpoint(), replica),
                    "--segments",
                    "1",
                    "--settle",
                    "0s",
                    "--scan-limit",
                    "10",
                    "--batch-read-limit",
                    "15");
            assertThat(ran.status()).as(ran.err()).isEqualTo(1);
            assertThat(proxy.stats().requests("Scan")).isBetween(7L, 8L);
            assertThat(proxy.stats().requests("BatchGetItem")).isGreaterThanOrEqualTo(8);
        }
        for (String[] wrong : new String[][] {{"--scan-limit", "0"}, {"--batch-read-limit", "101"}}) {
            Ran refused = Shell.run("diff", Server.ref(primary), Server.ref(replica), wrong[0], wrong[1]);
            assertThat(refused.status()).isEqualTo(2);
            assertThat(refused.err()).contains(wrong[0]);
        }
    }

    @Test
    void an_estimate_does_nothing_and_after_the_run_it_is_told_how_good_it_was() {
        String primary = Server.filled("primary", 200, 1_500);
        String replica = Server.create("replica");
        String[] copy = {"copy", Server.ref(primary), Server.ref(replica), "--prices", "1,2.5", "--output", "json"};
        JsonNode estimate =
                Shell.run(with(copy, "--estimate", "--max-wcu", "100")).json().get("estimate");
        assertThat(Server.contents(replica)).isEmpty();
        assertThat(estimate.get("items").asInt()).isEqualTo(200);
        assertThat(estimate.get("writeUnits").asDouble()).isBetween(370.0, 410.0);
        assertThat(estimate.get("readUnits").asDouble()).isBetween(33.0, 40.0);
        assertThat(estimate.get("seconds").asDouble()).isBetween(3.7, 4.1);
        assertThat(estimate.get("dollars").asDouble())
                .isCloseTo(
                        (estimate.get("readUnits").asDouble()
                                        + 2.5 * estimate.get("writeUnits").asDouble())
                                / 1e6,
                        within(2e-6));
        JsonNode ratio = Shell.run(copy).json().get("estimate").get("ratio");
        assertThat(ratio.get("items").asDouble()).isEqualTo(1);
        assertThat(ratio.get("writeUnits").asDouble()).isBetween(0.95, 1.05);
        assertThat(ratio.get("readUnits").asDouble()).isBetween(0.9, 1.2);
        Ran said = Shell.run("diff", Server.ref(primary), Server.ref(replica), "--estimate");
        assertThat(said.status()).isZero();
        assertThat(said.out()).contains("200 items").contains("six hours").contains("0.125 for a million read units");
        assertThat(Shell.run("diff", Server.ref(primary), Server.ref(replica)).out())
                .contains("estimated before: 200 items (it was 100 % of that)");
        assertThat(Shell.run(with(copy, "--prices", "cheap")).status()).isEqualTo(2);
    }

    @Test
    void a_backup_and_a_restore_are_estimated_too() {
        String table = Server.filled("table", 100, 1_000);
        String empty = Server.create("empty");
        try (LocalS3 s3 = LocalS3.start()) {
            s3.createBucket("backups");
            String endpoint = s3.endpoint().toString();
            String[] backup = {
                "backup", Server.ref(table), "s3://backups", "--s3-endpoint", endpoint, "--output", "json"
            };
            assertThat(Shell.run(with(backup, "--estimate"))
                            .json()
                            .get("estimate")
                            .get("readUnits")
                            .asDouble())
                    .isBetween(22.0, 28.0);
            assertThat(s3.client().listObjectsV2(r -> r.bucket("backups")).contents())
                    .isEmpty();
            Ran done = Shell.run(backup);
            assertThat(done.json().get("estimate").get("ratio").get("items").asDouble())
                    .isEqualTo(1);
            String[] restore = {
                "restore",
                done.json().get("location").asString(),
                Server.ref(empty),
                "--s3-endpoint",
                endpoint,
                "--output",
                "json"
            };
            assertThat(Shell.run(with(restore, "--estimate"))
                            .json()
                            .get("estimate")
                            .get("writeUnits")
                            .asDouble())
                    .isEqualTo(100);
            assertThat(Server.contents(empty)).isEmpty();
            assertThat(Shell.run(restore)
                            .json()
                            .get("estimate")
                            .get("ratio")
                            .get("writeUnits")
                            .asDouble())
                    .isEqualTo(1);
        }
        assertThat(Server.contents(empty)).hasSize(100);
    }

    @Test
    void a_throttle_tells_why_it_paused_and_at_what_rate_it_goes_on() {
        String primary = Server.filled("primary", 100, 100);
        String replica = Server.create("replica");
        try (FaultProxy proxy = Server.proxy()) {
            proxy.on("BatchWriteItem").table(replica).times(1).inject(Fault.throttle());
            Ran ran = Shell.run("copy", Server.ref(primary), Server.at(proxy.endpoint(), replica), "-v");
            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(ran.err())
                    .contains("pausing")
                    .contains("ProvisionedThroughputExceeded")
                    .contains("going on at")
                    .contains("write units a second");
        }
        assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
    }

    private static String[] with(String[] command, String... more) {
        return Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new);
    }
}
