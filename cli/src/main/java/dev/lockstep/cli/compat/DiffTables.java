package dev.lockstep.cli.compat;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.replicate.Copy;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** mapbox's {@code diff-tables}: now {@code diff}, or {@code copy} with {@code --backfill}. */
@Command(
        name = "diff-tables",
        mixinStandardHelpOptions = true,
        description = "As mapbox/dynamodb-replicator's: now 'lockstep diff', whose other options are taken too.")
final class DiffTables extends Door {
    private static final Set<String> OF_PRIMARY = Set.of("missing", "different");
    private static final Set<String> ALL = Set.of("missing", "different", "extra");
    /** Options that mean nothing where an empty replica is filled. */
    private static final Set<String> OF_REPAIRS = Set.of("--settle", "--journal", "--undo-log", "--version-attribute");

    /** No exit status: the replica holds items. */
    private static final int IN_USE = -1;

    @Parameters(index = "0", paramLabel = "primary-region/primary-table")
    String primary = "";

    @Parameters(index = "1", paramLabel = "replica-region/replica-table")
    String replica = "";

    @Option(names = "--repair", negatable = true, description = "Make the replica equal to the primary.")
    boolean repair;

    @Option(
            names = "--backfill",
            negatable = true,
            description = "Only read the primary, and write what it has to the replica.")
    boolean backfill;

    private MapboxLog log() {
        return new MapboxLog(out(), "diff-tables", MapboxLog.newJob());
    }

    @Override
    List<String> behind() {
        return List.of("diff");
    }

    @Override
    Set<String> decided() {
        return Set.of("--report");
    }

    @Override
    Set<String> alike() {
        return Set.of("--segment", "--segments");
    }

    @Override
    List<String> words() {
        List<String> words = new ArrayList<>(List.of(primary, replica));
        if (repair && !backfill) {
            words.add("--repair");
        }
        return words;
    }

    @Override
    int run(List<String> words) {
        return backfill ? backfill(words) : diff(words, ALL);
    }

    private int diff(List<String> words, Set<String> kinds) {
        MapboxLog log = log();
        Findings findings = new Findings(found -> {
            if (kinds.contains(found.get("kind").asString())) {
                log.info("[" + kind(found) + "] " + PlainJson.key(found.get("key")));
            }
        });
        int status = byLine(Findings.asked(words), findings);
        for (JsonNode counts : findings.replicas()) {
            long found =
                    kinds.stream().mapToLong(kind -> counts.get(kind).asLong()).sum();
            log.info("[discrepancies] " + found);
        }
        return findings.status(status, kinds);
    }

    private static String kind(JsonNode found) {
        String kind = found.get("kind").asString();
        return kind.equals("extra") ? "extraneous" : kind;
    }

    @Override
    int inOurForm(List<String> words) {
        return backfill ? backfill(words, copy -> copied(copy, out()), this::plainly) : plainly(words);
    }

    private int backfill(List<String> words) {
        MapboxLog log = log();
        return backfill(words, copy -> logged(copy, log), repair -> diff(repair, OF_PRIMARY));
    }

    /** Runs a command line; returns its exit status. */
    private interface Run {
        int of(List<String> words);
    }

    /** An empty replica is copied into; one that is in use is brought into step without setting anything back. */
    private int backfill(List<String> words, Run copying, Run repairing) {
        List<String> copy = new ArrayList<>(words);
        copy.set(0, "copy");
        copy.removeIf(word -> OF_REPAIRS.contains(word.replaceFirst("=.*", "")));
        int status = copying.of(copy);
        if (status != IN_USE) {
            return status;
        }
        err().println("lockstep: the replica holds items, so it is compared and repaired, not overwritten");
        List<String> repair = new ArrayList<>(words);
        repair.add("--repair=missing,different");
        return repairing.of(repair);
    }

    private int logged(List<String> copy, MapboxLog log) {
        copy.add("--output=json");
        try (Lines lines = new Lines(line -> log.info("[discrepancies] "
                + JsonMapper.shared().readTree(line).get("written").asLong()))) {
            return copied(copy, new PrintWriter(lines, true));
        }
    }

    private int copied(List<String> copy, PrintWriter out) {
        return prepared(copy, command -> {
            command.setOut(out);
            CommandLine.IExecutionExceptionHandler usual = command.getExecutionExceptionHandler();
            command.setExecutionExceptionHandler((e, failed, parsed) -> e instanceof InvalidSettingsException wrong
                            && wrong.problem().equals(Copy.NOT_EMPTY)
                    ? IN_USE
                    : usual.handleExecutionException(e, failed, parsed));
        });
    }
}
