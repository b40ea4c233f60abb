package dev.lockstep.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import picocli.AutoComplete;
import picocli.CommandLine;

/** Writes the manual pages and the completion of all commands into a folder: {@code man1/}, {@code lockstep.bash}. */
public final class Pages {
    private Pages() {}

    /** @param args the folder, and the version that the pages name */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        CommandLine lockstep = Main.commandLine();
        Path man = Files.createDirectories(folder.resolve("man1"));
        for (Map.Entry<String, CommandLine> command : commands(lockstep).entrySet()) {
            Files.writeString(
                    man.resolve(command.getKey() + ".1"),
                    new ManPage(command.getValue().getCommandSpec(), args[1]).text(),
                    UTF_8);
        }
        Files.writeString(folder.resolve("lockstep.bash"), AutoComplete.bash("lockstep", lockstep), UTF_8);
    }

    /** All commands by the names of their pages: {@code lockstep}, {@code lockstep-item-diff}. */
    static Map<String, CommandLine> commands(CommandLine lockstep) {
        Map<String, CommandLine> all = new TreeMap<>();
        collect(lockstep, all);
        return all;
    }

    private static void collect(CommandLine command, Map<String, CommandLine> all) {
        if (command.getCommandSpec().usageMessage().hidden()) {
            return;
        }
        all.put(ManPage.name(command.getCommandSpec()), command);
        command.getSubcommands().values().forEach(sub -> collect(sub, all));
    }
}
