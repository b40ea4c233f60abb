package dev.lockstep.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line as a process of its own. */
final class Jvm {
    private Jvm() {}

    /** @param options of the JVM, such as its heap */
    static ProcessBuilder lockstep(List<String> options, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.lockstep.cli.Main"));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }
}
