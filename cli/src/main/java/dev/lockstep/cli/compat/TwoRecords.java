package dev.lockstep.cli.compat;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prints a comparison of one record as mapbox's tools do: the one, the other, the verdict. */
record TwoRecords(String first, String second) {
    private static final String LINE = "--------------";
    private static final String ABSENT = "undefined";

    int compare(Door door, List<String> itemDiff) {
        List<String> words = new ArrayList<>(itemDiff);
        words.add("--output=json");
        return door.byLine(words, line -> print(JsonMapper.shared().readTree(line), door.out()));
    }

    private void print(JsonNode result, PrintWriter out) {
        JsonNode found =
                result.get("items").isEmpty() ? null : result.get("items").get(0);
        if (found != null) {
            print(first, found.get("primaryItem"), out);
            print(second, found.get("replicaItem"), out);
        }
        boolean unsettled = result.get("replicas").get(0).get("unsettled").asLong() > 0;
        verdict(found == null && !unsettled ? "✔ The records are equivalent" : "✘ The records are not equivalent", out);
    }

    private static void print(String title, JsonNode item, PrintWriter out) {
        out.println(title);
        out.println(LINE);
        out.println(item.isNull() ? ABSENT : PlainJson.pretty(item));
        out.println();
    }

    private static void verdict(String text, PrintWriter out) {
        out.println("-".repeat(text.length()));
        out.println(text);
        out.println("-".repeat(text.length()));
        out.flush();
    }
}
