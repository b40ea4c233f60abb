package dev.lockstep.cli.credentials;

import dev.lockstep.CancelledException;
import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The terminal that the command was started on. One question at a time; whoever waits for the answer can be interrupted. */
final class SystemTerminal implements Terminal {
    private final ExecutorService questions = Executors.newSingleThreadExecutor(SystemTerminal::daemon);

    @Override
    public Optional<String> ask(String question) {
        Future<Optional<String>> answer = questions.submit(() -> asked(question));
        try {
            return answer.get();
        } catch (InterruptedException e) {
            answer.cancel(false);
            TerminalFile.show();
            Thread.currentThread().interrupt();
            throw new CancelledException("ask", "for an MFA code");
        } catch (ExecutionException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> asked(String question) {
        Console console = System.console();
        return console != null && isTerminal(console)
                ? Optional.ofNullable(console.readPassword("%s", question)).map(String::new)
                : TerminalFile.ask(question);
    }

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

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "lockstep-question");
        thread.setDaemon(true);
        return thread;
    }
}
