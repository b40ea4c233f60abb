package dev.lockstep.cli.compat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final Map<String, Long> left = new HashMap<>();
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
        if (!json.get("repaired").asBoolean()) {
            left.merge(json.get("kind").asString(), 1L, Long::sum);
        }
        each.accept(json);
    }

    /** The counts of each replica, in the order of the command line; none where the comparison failed. */
    List<JsonNode> replicas() {
        return result == null
                ? List.of()
                : result.get("replicas").valueStream().toList();
    }

    /** The exit status, where only differences of these kinds matter. */
    int status(int of, Set<String> kinds) {
        boolean open = replicas().stream().anyMatch(r -> r.get("unsettled").asLong() > 0);
        return of == DIFFERENT && !open && kinds.stream().noneMatch(left::containsKey) ? 0 : of;
    }
}
