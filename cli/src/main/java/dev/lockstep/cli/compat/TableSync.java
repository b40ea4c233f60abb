package dev.lockstep.cli.compat;

import dev.lockstep.InvalidSettingsException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** silvermine's {@code dynamodb-table-sync}: now {@code diff}. */
@Command(
        name = "dynamodb-table-sync",
        mixinStandardHelpOptions = true,
        description = "As silvermine/dynamodb-table-sync: now 'lockstep diff', whose other options are taken too.")
final class TableSync extends Door {
    private static final String EXTRA = "extra";

    @Option(
            names = {"-m", "--master"},
            required = true,
            paramLabel = "region:table",
            description = "The table that is right.")
    String master = "";

    @Option(
            names = {"-s", "--slave", "--slaves"},
            required = true,
            paramLabel = "region:table",
            description = "A table that should equal it. Repeatable.")
    List<String> slaves = new ArrayList<>();

    @Option(names = "--starting-key", paramLabel = "JSON", description = "Begin after this key; not with --parallel.")
    @Nullable
    String startingKey;

    @Option(
            names = {"--ignore", "--ignore-att", "--ignore-atts"},
            paramLabel = "ATTR",
            description = "An attribute that may differ. Repeatable.")
    List<String> ignored = new ArrayList<>();

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "Divide the tables into so many segments, and read all at once (default: one).")
    @Nullable
    String parallel;

    @Option(names = "--write-missing", negatable = true, description = "Write the items that a slave lacks.")
    boolean writeMissing;

    @Option(names = "--write-differing", negatable = true, description = "Write the items that differ.")
    boolean writeDiffering;

    @Option(
            names = "--scan-for-extra",
            negatable = true,
            description = "Items that only a slave has count as differences, too.")
    boolean scanForExtra;

    @Option(names = "--delete-extra", negatable = true, description = "Delete the items that only a slave has.")
    boolean deleteExtra;

    @Option(
            names = "--slave-profile",
            paramLabel = "NAME",
            description = "The profile for the slaves; or http://host:port, where they all are.")
    @Nullable
    String slaveProfile;

    @Option(names = "--slave-role-arn", paramLabel = "ARN", description = "The role to assume for the slaves.")
    @Nullable
    String slaveRoleArn;

    @Option(names = "--slave-mfa-serial", paramLabel = "ARN", description = "The MFA device for that role.")
    @Nullable
    String slaveMfaSerial;

    @Option(names = "--slave-mfa-token", paramLabel = "CODE", description = "What the device says.")
    @Nullable
    String slaveMfaToken;

    @Option(
            names = {"-v", "--verbose"},
            description = "Print each finding and each action.")
    boolean verbose;

    @Override
    List<String> behind() {
        return List.of("diff");
    }

    @Override
    Set<String> decided() {
        return Set.of("--report", "--repair", "--segments", "--segment");
    }

    @Override
    Set<String> alike() {
        return Set.of(
                "--scan-limit",
                "--batch-read-limit",
                "--max-retries",
                "--retry-delay-base",
                "--profile",
                "--role-arn",
                "--mfa-serial",
                "--mfa-token");
    }

    @Override
    List<String> words() {
        if (startingKey != null && parallel != null) {
            throw new InvalidSettingsException(
                    "check", "--starting-key", "each segment would need its own", "Leave --parallel out");
        }
        List<String> words = new ArrayList<>(List.of(master));
        slaves.forEach(slave -> words.add(place(slave)));
        ignored.forEach(name -> add(words, "--ignore", name));
        add(words, "--repair", kinds().isEmpty() ? null : String.join(",", kinds()));
        add(words, "--starting-key", startingKey);
        add(words, "--segments", parallel);
        add(words, "--parallel", parallel == null ? "1" : parallel);
        credentials(words);
        return words;
    }

    private List<String> kinds() {
        List<String> kinds = new ArrayList<>();
        if (writeMissing) {
            kinds.add("missing");
        }
        if (writeDiffering) {
            kinds.add("different");
        }
        if (deleteExtra) {
            kinds.add(EXTRA);
        }
        return kinds;
    }

    private void credentials(List<String> words) {
        add(words, "--replica-profile", slavesAreElsewhere() ? null : slaveProfile);
        add(words, "--replica-role-arn", slaveRoleArn);
        add(words, "--replica-mfa-serial", slaveMfaSerial);
        add(words, "--replica-mfa-token", slaveMfaToken);
    }

    private boolean slavesAreElsewhere() {
        return slaveProfile != null && slaveProfile.matches("https?://.*");
    }

    /** A slave profile that is a URL says where the slaves are; their Region then does not matter. */
    private String place(String slave) {
        return slavesAreElsewhere() && slaveProfile != null
                ? slaveProfile.replaceFirst("/+$", "") + "/" + slave.replaceFirst("^[^:/]*[:/]", "")
                : slave;
    }

    @Override
    int run(List<String> words) {
        Map<String, String> typed = new HashMap<>();
        slaves.forEach(slave -> typed.put(place(slave), slave));
        boolean told = verbose || kinds().isEmpty();
        Findings findings = new Findings(found -> {
            if (told) {
                tell(found, typed.getOrDefault(found.get("replica").asString(), ""));
            }
        });
        int status = byLine(Findings.asked(words), findings);
        stats(findings);
        Set<String> matter = new HashSet<>(Set.of("missing", "different"));
        if (scanForExtra || deleteExtra) {
            matter.add(EXTRA);
        }
        return findings.status(status, matter);
    }

    private void tell(JsonNode found, String slave) {
        String kind = found.get("kind").asString();
        String key = PlainJson.key(found.get("key"));
        String what = switch (kind) {
            case "missing" -> slave + " is missing item present in master table: ";
            case "different" -> "Item in " + slave + " differs from same item in master table: ";
            default -> "Slave " + slave + " had an item that was not in the master table: ";
        };
        err().println(what + key);
        if (found.get("repaired").asBoolean()) {
            out().println((kind.equals(EXTRA) ? "Deleting item from " : "Writing item to ") + slave + ": " + key);
        } else if (found.has("note")) {
            err().println("lockstep: not written: " + found.get("note").asString());
        }
    }

    /** Nothing where the comparison failed: half the counts would look like all. */
    private void stats(Findings findings) {
        List<JsonNode> replicas = findings.replicas();
        if (replicas.isEmpty()) {
            return;
        }
        PrintWriter out = out();
        out.println();
        out.println("Synchronization completed. Stats:");
        for (int i = 0; i < replicas.size(); i++) {
            JsonNode counts = replicas.get(i);
            out.println();
            out.println(slaves.get(i));
            out.println("Had " + counts.get("same").asLong() + " items that were the same as the master");
            out.println("Had " + counts.get(EXTRA).asLong() + " items more than master");
            out.println("Had " + counts.get("different").asLong() + " items that were different from the master");
            out.println("Was missing " + counts.get("missing").asLong() + " items that the master had");
        }
        out.flush();
    }
}
