package dev.lockstep.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.cli.compat.OldNames;
import java.io.PrintWriter;
import java.util.List;
import java.util.ServiceLoader;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The {@code lockstep} command. The only place that ends the process. */
@Command(
        name = "lockstep",
        description = "Keeps Amazon DynamoDB tables in step: compares, repairs and copies them.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DiffCommand.class,
            UndoCommand.class,
            CopyCommand.class,
            BackupCommand.class,
            SnapshotCommand.class,
            RestoreCommand.class,
            ReplicateCommand.class,
            CheckCommand.class,
            ItemCommand.class,
            GenerateCompletion.class,
            HelpCommand.class
        },
        footerHeading = "%nExit status:%n",
        footer = {
            "  0    done, and no difference is left",
            "  1    done, differences are left",
            "  2    the command line or settings are wrong; nothing was done",
            "  3    stopped by a failure",
            "  130  interrupted"
        })
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Interrupts interrupts = Interrupts.watch(Thread.currentThread());
        int status = run(args);
        interrupts.done();
        System.exit(status);
    }

    /** Runs a command line in this process; returns its exit status. */
    public static int run(String... args) {
        // Libraries that log by Commons Logging would write to stderr; what a user must know, we say.
        System.setProperty("org.apache.commons.logging.Log", "org.apache.commons.logging.impl.NoOpLog");
        CommandLine own = own();
        boolean isOurs = args.length > 0
                && !args[0].equals("help")
                && (own.getSubcommands().containsKey(args[0]) || args[0].matches("-V|--version"));
        return (isOurs ? set(own, false) : commandLine())
                .execute(args); // the older names would double the time to start
    }

    /** The command with all its subcommands, the older tools' included. */
    public static CommandLine commandLine() {
        return set(own(), true);
    }

    /** With those of modules that are there only in a checkout. */
    private static CommandLine own() {
        CommandLine command = new CommandLine(new Main());
        List<ServiceLoader.Provider<Extension>> extensions =
                ServiceLoader.load(Extension.class).stream().toList();
        extensions.forEach(e -> command.addSubcommand(e.get()));
        return command;
    }

    private static CommandLine set(CommandLine command, boolean oldNames) {
        if (oldNames) {
            OldNames.addTo(command, () -> set(own(), false));
        }
        command.setOut(new PrintWriter(System.out, true, UTF_8));
        command.setErr(new PrintWriter(System.err, true, UTF_8));
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setUsageHelpAutoWidth(true);
        command.setAbbreviatedOptionsAllowed(false);
        command.setParameterExceptionHandler(Failures::wrongCommandLine);
        command.setExecutionExceptionHandler(Failures::failed);
        return command;
    }
}
