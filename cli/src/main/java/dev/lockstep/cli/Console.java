package dev.lockstep.cli;

import dev.lockstep.table.Table;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.node.ObjectNode;

/** Where a command prints: its result on stdout, all else on stderr. */
record Console(PrintWriter out, PrintWriter err, CommonOptions options) {

    static Console of(@Nullable CommandSpec spec, CommonOptions options) {
        var command = Objects.requireNonNull(spec).commandLine();
        return new Console(command.getOut(), command.getErr(), options);
    }

    ConsoleProgress progress(List<? extends Table> tables) {
        return new ConsoleProgress(err, options, tables);
    }

    /** Prints the result in the form that the user asked for. */
    void print(ObjectNode json, Supplier<String> text) {
        out.println(options.output == CommonOptions.Output.json ? json.toString() : text.get());
        out.flush();
    }
}
