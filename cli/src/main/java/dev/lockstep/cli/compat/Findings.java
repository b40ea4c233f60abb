package dev.lockstep.cli.compat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code diff --report=- --output=json} prints: a line for each finding, then the result. */
final class Findings implements Lines.Taker {
    private static final int DIFFERENT = 1;
    /** What makes a comparison print so. */
    private static final List<String> OPTIONS = List.of("--report=-", "--output=json");

    private final Consumer<JsonNode> each;
    private final Set<String> left = new HashSet<>();
    private long told;
    private @Nullable JsonNode result;

    /** @param each is told of each finding as it comes */
    Findings(Consumer<JsonNode> each) {
        this.each = each;
    }

    static List<String> asked(List<String> diff) {
        List<String> words = new ArrayList<>(diff);
        words.addAll(OPTIONS);
        return words;
    }

    @Override
    public void line(String text) {
        JsonNode json = JsonMapper.shared().readTree(text);
        if (!json.has("kind")) {
            result = json;
            return;
        }
        told++;
        if (!json.get("repaired").asBoolean()) {
            left.add(json.get("kind").asString());
        }
        each.accept(json);
    }

    /** The counts of each replica, in the order of the command line; none where the comparison failed. */
    List<JsonNode> replicas() {
        return result == null ? List.of() : result.get("replicas").valueStream().toList();
    }

    /** The exit status, where only differences of these kinds matter. */
    int status(int of, Set<String> kinds) {
        boolean unsettled = sum("unsettled") > 0;
        // A run that went on from a checkpoint does not tell again what was found before.
        boolean allTold = told == sum("missing") + sum("different") + sum("extra");
        return of == DIFFERENT && !unsettled && allTold && kinds.stream().noneMatch(left::contains) ? 0 : of;
    }

    private long sum(String count) {
        return replicas().stream().mapToLong(r -> r.get(count).asLong()).sum();
    }
}
