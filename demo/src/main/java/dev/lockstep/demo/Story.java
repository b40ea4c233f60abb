package dev.lockstep.demo;

import dev.lockstep.CancelledException;
import dev.lockstep.cli.Main;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** The demo, step by step. A step says why, shows and runs real commands, and proves what they did. One thread. */
final class Story {
    private static final int INTERRUPTED = 130;
    /** What the shop does while the tables are kept in step. */
    private static final int CHANGES = 2_000;

    private final Stage stage;
    private final Proof proof;
    private final Regions regions;
    private final Bucket bucket;
    private final Path folder;
    private final int items;
    private final Damage damage;
    private final Contents orders;
    private final Runnable beforeLastDiff;

    /**
     * @param folder for reports, the undo log and the journal
     * @param beforeLastDiff for tests: what goes wrong before the last comparison
     */
    Story(Stage stage, Regions regions, Bucket bucket, Path folder, int items, Runnable beforeLastDiff) {
        this.stage = stage;
        this.proof = new Proof(stage);
        this.regions = regions;
        this.bucket = bucket;
        this.folder = folder;
        this.items = items;
        this.damage = new Damage(items);
        this.orders = Contents.of(IntStream.range(0, items).mapToObj(Orders::item));
        this.beforeLastDiff = beforeLastDiff;
    }

    /** From the beginning to the end, or to the first check that does not hold. */
    void tell() {
        load();
        copy();
        proveEqual();
        plantDamage();
        find();
        lookAtOne();
        repair();
        undo();
        repairForGood();
        keepInStep();
        backUp();
        lose();
        goBack();
    }

    private void load() {
        stage.step(
                "Fill the primary",
                "Orders as a shop has them: nested documents, sets, binary, 38-digit numbers, NULLs, emoji.");
        Loader.create(regions.primary());
        Duration took = Loader.fill(regions.primary(), items);
        stage.note(String.format(
                Locale.ROOT,
                "wrote %,d orders in %.1f s, %,.0f a second, on %d threads",
                items,
                took.toMillis() / 1e3,
                items * 1e9 / took.toNanos(),
                Loader.THREADS));
    }

    private void copy() {
        stage.step("Copy it to the second Region", "There is no table yet: --create makes one like the primary.");
        int status = run("copy", regions.primaryTable(), regions.replicaTable(), "--create");
        proof.exitStatus(0, status, "done");
    }

    private void proveEqual() {
        stage.step("Prove that they are equal", "A copy is only worth what a comparison of every item says.");
        proof.exitStatus(0, diff(), "no difference");
    }

    private void plantDamage() {
        stage.step("Damage the replica", "As lost writes, stale writes and stray writes do; so we know what to find.");
        damage.plant(regions.replica());
        damage.description().forEach(stage::note);
    }

    private void find() {
        stage.step(
                "Find the damage", "Each difference, and nothing else, is a line of the report. Nothing is written.");
        Path report = folder.resolve("found.jsonl");
        proof.exitStatus(1, diff("--report", report.toString()), "differences are left");
        proof.report(report, damage.findings(), false);
    }

    private void lookAtOne() {
        stage.step("Look at one of them", "The two numbers differ in the 38th digit: a double would call them equal.");
        int status = run("item", "diff", regions.primaryTable(), regions.replicaTable(), damage.keyOfLastDigit());
        proof.exitStatus(1, status, "the item differs");
    }

    private void repair() {
        stage.step("Repair the replica", "The undo log keeps what is replaced, in case the replica was right.");
        Path report = folder.resolve("repaired.jsonl");
        int status = diff(
                "--repair",
                "--undo-log",
                undoLog(),
                "--journal",
                folder.resolve("journal").toString(),
                "--report",
                report.toString());
        proof.exitStatus(0, status, "no difference is left");
        proof.report(report, damage.findings(), true);
        proof.holds(regions.replica(), orders, count("the replica holds the %,d orders again, read directly"));
    }

    private void undo() {
        stage.step(
                "Take the repair back",
                "Suppose that the replica was right after all: the undo log has what the repair replaced.");
        proof.exitStatus(0, run("undo", undoLog(), regions.replicaTable()), "done");
        proof.holds(
                regions.replica(),
                damage.applyTo(orders),
                "the replica is exactly as it was before the repair, read directly");
    }

    private void repairForGood() {
        stage.step(
                "Repair for good",
                "The damage is there again; a repair is believed when a new comparison finds nothing.");
        Path report = folder.resolve("repaired-again.jsonl");
        String journal = folder.resolve("journal").toString();
        int status = diff("--repair", "--journal", journal, "--report", report.toString());
        proof.exitStatus(0, status, "no difference is left");
        proof.report(report, damage.findings(), true);
        beforeLastDiff.run();
        proof.exitStatus(0, diff(), "no difference");
        proof.holds(regions.primary(), orders, "the primary is what it was at the start: nothing ever wrote to it");
    }

    private void keepInStep() {
        int port = PageReader.freePort();
        stage.step(
                "Keep it in step while it is written to",
                "A shop places, changes and cancels orders meanwhile; the replica follows, and a change log in S3. The status"
                        + " page is at http://127.0.0.1:" + port + "/ while this runs.");
        try (Shop shop = Shop.open(regions.primary(), items, CHANGES);
                PageReader page = PageReader.watch(port)) {
            int status = replicate("--enable-stream", "--status-port", "" + port);
            proof.exitStatus(0, status, "nothing was left to do");
            stage.note(String.format(
                    Locale.ROOT, "the shop made %,d writes; those that change nothing leave no record", shop.made()));
            proof.page(page.headline(), page.records());
        }
        proof.exitStatus(0, diff(), "no difference");
        proof.holds(
                regions.replica(),
                Contents.read(regions.primary()),
                "the replica holds what the primary holds, read directly");
    }

    private int replicate(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "replicate",
                regions.primaryTable(),
                regions.replicaTable(),
                backups(),
                "--s3-endpoint",
                bucket.endpoint(),
                "--name",
                "demo",
                "--until-idle",
                "5s"));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    private void backUp() {
        stage.step("Back it up", "A full backup, in the layout of DynamoDB's own exports, and its proof.");
        String[] backup = {"backup", regions.primaryTable(), backups(), "--s3-endpoint", bucket.endpoint()};
        proof.exitStatus(0, run(backup), "done");
        proof.exitStatus(
                0, run("check", backups(), "--s3-endpoint", bucket.endpoint()), "every file is what it was written as");
    }

    /** What the primary held, and a time before the accident and after all that was meant. */
    private Contents meant = new Contents(Map.of());

    private Instant before = Instant.EPOCH;

    private void lose() {
        stage.step(
                "Lose orders",
                "The shop goes on; then somebody's script deletes a third of all orders. A replica follows"
                        + " every mistake; so does the change log, but it forgets nothing.");
        try (Shop shop = Shop.open(regions.primary(), items, CHANGES / 10)) {
            shop.await();
            stage.note(String.format(Locale.ROOT, "the shop made %,d more writes", shop.made()));
        }
        meant = Contents.read(regions.primary());
        before = untilTheMinuteIsOver();
        int deleted = Loader.deleteEveryThird(regions.primary(), items);
        stage.note(String.format(Locale.ROOT, "deleted %,d orders of the primary", deleted));
        proof.exitStatus(0, replicate(), "nothing was left to do");
        proof.exitStatus(0, diff(), "no difference: the orders are lost in both");
    }

    /** DynamoDB Local tells the times of changes by the minute, where DynamoDB tells the second. */
    private Instant untilTheMinuteIsOver() {
        Instant next =
                Instant.now().plusSeconds(4).truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
        stage.note(String.format(
                Locale.ROOT,
                "waiting %d s for the next minute: DynamoDB Local tells the times of changes by the minute only",
                Duration.between(Instant.now(), next).toSeconds() + 1));
        try {
            while (Instant.now().isBefore(next)) {
                Thread.sleep(Math.max(1, Duration.between(Instant.now(), next).toMillis()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("run", "the demo");
        }
        return next.minusSeconds(1);
    }

    private void goBack() {
        stage.step(
                "Go back to the moment before",
                "The full backup and the change log give the table as it was at any second since the backup. First what it"
                        + " would change, then for good.");
        proof.exitStatus(0, restore("--dry-run"), "nothing was written");
        String log = folder.resolve("restored.jsonl").toString();
        proof.exitStatus(0, restore("--undo-log", log), "done");
        proof.holds(regions.primary(), meant, "the primary is what it was before the accident, read directly");
        proof.exitStatus(0, replicate(), "nothing was left to do");
        proof.exitStatus(0, diff(), "no difference: the replica has followed");
    }

    private int restore(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "restore",
                backups(),
                regions.primaryTable(),
                "--at",
                before.toString(),
                "--delete-extra",
                "--s3-endpoint",
                bucket.endpoint()));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    private String backups() {
        return bucket.name() + "/backups";
    }

    private String undoLog() {
        return folder.resolve("undo.jsonl").toString();
    }

    private String count(String text) {
        return String.format(Locale.ROOT, text, items);
    }

    private int diff(String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("diff", regions.primaryTable(), regions.replicaTable(), "--settle", "1s"));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    /** Shows and runs a command as a user would; its output is the real one. */
    private int run(String... arguments) {
        stage.command(List.of(arguments));
        int status = Main.run(arguments);
        stage.say("");
        if (status == INTERRUPTED) {
            throw new CancelledException("run", "the demo");
        }
        return status;
    }
}
