package dev.lockstep.cli.compat;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/**
 * A command of an older tool: its arguments in, a Lockstep command line out.
 *
 * <p>The options of the command behind the door are taken, too, and handed on as they are ({@code diff-tables … --max-rcu
 * 100}); where one of them has the name of an older option, the older one counts. With {@code --output} the result is
 * printed in Lockstep's own form.
 */
abstract class Door implements Callable<Integer> {
    @Spec
    @Nullable
    CommandSpec spec;

    private @Nullable Supplier<CommandLine> lockstep;
    private final Set<String> handedOn = new HashSet<>();

    /** The command behind this door, in its words: {@code diff}, or {@code item}, {@code diff}. */
    abstract List<String> behind();

    /** What was said here, as arguments of the command behind. */
    abstract List<String> words();

    /** Names of options of the command behind that this door decides about. */
    Set<String> decided() {
        return Set.of();
    }

    /** Names of options of the command behind that the older tool had, too, and with the same meaning: they are in the help. */
    Set<String> alike() {
        return Set.of();
    }

    /** Called once, before the first command line is read. */
    final void open(CommandSpec self, CommandLine root, Supplier<CommandLine> again) {
        lockstep = again;
        CommandLine command = root;
        for (String name : behind()) {
            command = Objects.requireNonNull(command.getSubcommands().get(name), name);
        }
        for (OptionSpec option : command.getCommandSpec().options()) {
            boolean taken =
                    option.usageHelp() || option.versionHelp() || decided().contains(option.longestName());
            for (String name : option.names()) {
                taken |= self.optionsMap().containsKey(name);
            }
            if (!taken) {
                handedOn.add(option.longestName());
                self.addOption(accepting(option, alike().contains(option.longestName())));
            }
        }
    }

    private static OptionSpec accepting(OptionSpec option, boolean shown) {
        OptionSpec.Builder mine = OptionSpec.builder(option.names())
                .hidden(!shown)
                .description(Arrays.stream(option.description())
                        .map(line -> line.replace("${DEFAULT-VALUE}", String.valueOf(option.defaultValue())))
                        .toArray(String[]::new))
                .paramLabel(option.paramLabel());
        if (option.arity().max() == 0) {
            return mine.arity("0").type(boolean.class).build();
        }
        return option.isMultiValue()
                ? mine.arity("1").type(List.class).auxiliaryTypes(String.class).build()
                : mine.arity("1").type(String.class).build();
    }

    private List<String> handedOn() {
        List<String> words = new ArrayList<>();
        for (OptionSpec option :
                Objects.requireNonNull(spec).commandLine().getParseResult().matchedOptionsSet()) {
            if (handedOn.contains(option.longestName())) {
                if (option.arity().max() == 0) {
                    words.add(option.longestName());
                } else {
                    option.stringValues().forEach(value -> words.add(option.longestName() + "=" + value));
                }
            }
        }
        return words;
    }

    @Override
    public final Integer call() {
        List<String> words = new ArrayList<>(behind());
        words.addAll(words());
        List<String> more = handedOn();
        words.addAll(more);
        return more.stream().anyMatch(word -> word.startsWith("--output=")) ? inOurForm(words) : run(words);
    }

    /** Runs the command behind, and prints its result as scripts of the older tool read it. */
    int run(List<String> words) {
        return plainly(words);
    }

    /** Runs the command behind, and prints its result in Lockstep's own form. */
    int inOurForm(List<String> words) {
        return plainly(words);
    }

    /** Runs a Lockstep command line and prints what it prints. */
    final int plainly(List<String> words) {
        return prepared(words, command -> command.setOut(out()));
    }

    /** Runs a Lockstep command line, and takes each line of its output as it comes. */
    final int byLine(List<String> words, Lines.Taker lines) {
        try (Lines writer = new Lines(lines)) {
            return prepared(words, command -> command.setOut(new PrintWriter(writer, true)));
        }
    }

    /** Runs a Lockstep command line that was told where to print. */
    final int prepared(List<String> words, Consumer<CommandLine> prepared) {
        CommandLine command = Objects.requireNonNull(lockstep).get();
        command.setErr(err());
        prepared.accept(command);
        return command.execute(words.toArray(String[]::new));
    }

    final PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    PrintWriter err() {
        return Objects.requireNonNull(spec).commandLine().getErr();
    }

    /** An option with its value, if it was given: {@code --name=value}. */
    static void add(List<String> words, String option, @Nullable Object value) {
        if (value != null) {
            words.add(option + "=" + value);
        }
    }
}
