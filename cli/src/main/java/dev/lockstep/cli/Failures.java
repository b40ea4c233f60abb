package dev.lockstep.cli;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a user is told when a command fails: one line; a stack trace only with {@code -v}. */
final class Failures {
    static final int WRONG = 2;
    static final int FAILED = 3;
    private static final String AGAIN = "Run the same command again";

    private Failures() {}

    static int wrongCommandLine(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("lockstep: " + oneLine(String.valueOf(e.getMessage())));
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return WRONG;
    }

    static int failed(Exception e, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        err.println("lockstep: " + said(e, command));
        if (command.getCommandSpec().findOption("--verbose") != null
                && Boolean.TRUE.equals(
                        command.getCommandSpec().findOption("--verbose").getValue())) {
            e.printStackTrace(err);
        }
        return status(e);
    }

    private static String said(Exception e, CommandLine command) {
        String place = status(e) == WRONG ? "" : oneLine(CheckpointOption.place(command));
        String goOn = AGAIN + (place.isEmpty() ? " to go on" : " to go on from " + place);
        if (e instanceof CancelledException interrupted) {
            String what = interrupted.operation() + " " + interrupted.subject() + ": " + interrupted.problem();
            return oneLine(what) + ". "
                    + (beginsAnew(command) ? AGAIN + "; without --checkpoint FILE it begins anew" : goOn);
        }
        String said = message(e);
        return place.isEmpty() ? said : said + (said.endsWith(".") ? " " : ". ") + goOn;
    }

    /** A backup goes on by its name, too. */
    private static boolean beginsAnew(CommandLine command) {
        return CheckpointOption.isOf(command)
                && CheckpointOption.place(command).isEmpty()
                && command.getCommandSpec().findOption("--job-id") == null;
    }

    private static String message(Exception e) {
        if (e instanceof LockstepException failure) {
            return oneLine(String.valueOf(failure.getMessage()));
        }
        return "an unexpected failure, " + e.getClass().getName() + ": " + oneLine(String.valueOf(e.getMessage()))
                + ". Run the command with -v to see where";
    }

    private static int status(Exception e) {
        if (e instanceof CancelledException) {
            return Interrupts.STATUS;
        }
        return e instanceof InvalidSettingsException ? WRONG : FAILED;
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ");
    }
}
