package dev.lockstep.cli.compat;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** mapbox's {@code incremental-record-history}: now {@code item history}; the newest version first, as there. */
@Command(
        name = "incremental-record-history",
        mixinStandardHelpOptions = true,
        description =
                "As mapbox/dynamodb-replicator's: now 'lockstep item history', whose other options are taken too.")
final class IncrementalRecordHistory extends OneRecord {
    private static final String LINE = "----------------------------------";

    @Override
    List<String> behind() {
        return List.of("item", "history");
    }

    @Override
    int run(List<String> words) {
        List<String> all = new ArrayList<>(words);
        all.add("--output=json");
        return byLine(all, line -> print(JsonMapper.shared().readTree(line)));
    }

    private void print(JsonNode history) {
        List<JsonNode> versions =
                new ArrayList<>(history.get("versions").valueStream().toList());
        Collections.reverse(versions);
        PrintWriter out = out();
        for (JsonNode version : versions) {
            out.println();
            out.println("Modified: " + version.get("time").asString());
            out.println(LINE);
            out.println(said(version));
            out.println();
        }
        out.flush();
    }

    private static String said(JsonNode version) {
        if (version.has("problem")) {
            String id = version.has("versionId") ? version.get("versionId").asString() : "";
            return "Version unreadable: " + id + " (" + version.get("problem").asString() + ")";
        }
        return version.get("item").isNull() ? "Record was deleted" : PlainJson.pretty(version.get("item"));
    }
}
