package dev.lockstep.cli.credentials;

import dev.lockstep.CancelledException;
import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Whom to ask for an MFA code. Used by one thread at a time. */
public interface Terminal {
    /**
     * Asks, without showing what is typed.
     *
     * @return empty where there is nobody to ask
     */
    Optional<String> ask(String question);

    Terminal NONE = question -> Optional.empty();

    /** The terminal that the command was started on. Whoever waits for the answer can be interrupted. */
    Terminal SYSTEM = question -> {
        FutureTask<Optional<String>> asking = new FutureTask<>(() -> {
            Console console = System.console();
            return console != null && isTerminal(console)
                    ? Optional.ofNullable(console.readPassword("%s", question)).map(String::new)
                    : TerminalFile.ask(question);
        });
        Thread thread = new Thread(asking, "lockstep-question");
        thread.setDaemon(true);
        thread.start();
        try {
            return asking.get();
        } catch (InterruptedException e) {
            TerminalFile.show();
            Thread.currentThread().interrupt();
            throw new CancelledException("ask", "for an MFA code");
        } catch (ExecutionException e) {
            return Optional.empty();
        }
    };

    /** Until Java 22 there is a Console only on a terminal; since then it can tell. */
    private static boolean isTerminal(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }
}
