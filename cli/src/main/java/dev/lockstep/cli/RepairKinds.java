package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.verify.Discrepancy.Kind;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The value of {@code --repair}: kinds of difference, or none for all of them. What follows the option is its value only
 * if it looks like one, so that {@code diff --repair PRIMARY REPLICA} means what it says.
 */
final class RepairKinds implements IParameterPreprocessor {
    private static final String LOOKS_LIKE_KINDS = "[a-zA-Z]+(,[a-zA-Z]+)*";

    @Override
    @SuppressWarnings("JdkObsolete") // picocli's own signature
    public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec arg, Map<String, Object> info) {
        boolean attached = "=".equals(info.get("separator"));
        if (!attached && (args.isEmpty() || !args.peek().matches(LOOKS_LIKE_KINDS))) {
            args.push("missing,different,extra");
        }
        return false;
    }

    static Set<Kind> parse(String text) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (String word : text.split(",", -1)) {
            Optional<Kind> kind = Arrays.stream(Kind.values())
                    .filter(k -> k.label().equals(word.strip()))
                    .findFirst();
            kinds.add(kind.orElseThrow(() -> new InvalidSettingsException(
                    "check",
                    "--repair",
                    "'" + word + "' is not a kind of difference",
                    "Name some of missing, different, extra, with commas between them")));
        }
        return kinds;
    }
}
