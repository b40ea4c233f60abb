package dev.lockstep.cli.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The terminal by its file, where the command's result goes to another file or a pipe, as ssh and git ask.
 *
 * <p>Only with {@code lockstep.terminal}, by which the launcher says that stderr is a terminal: a job in the background whose messages go to
 * a file is not stopped for a question that nobody reads.
 */
final class TerminalFile {
    private static final Path TTY = Path.of("/dev/tty");

    private TerminalFile() {}

    static Optional<String> ask(String question) {
        if (!Boolean.getBoolean("lockstep.terminal")) {
            return Optional.empty();
        }
        try (OutputStream out = Files.newOutputStream(TTY);
                BufferedReader in = new BufferedReader(new InputStreamReader(Files.newInputStream(TTY), UTF_8))) {
            say(out, question);
            set("-echo");
            Optional<String> answer = Optional.ofNullable(in.readLine());
            show();
            say(out, System.lineSeparator());
            return answer;
        } catch (IOException nobody) {
            return Optional.empty();
        }
    }

    /** What is typed is shown again. */
    static void show() {
        set("echo");
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8));
        out.flush();
    }

    /** Where it cannot be hidden the code is shown: it is good for one use only. */
    private static void set(String echo) {
        try {
            Process stty = new ProcessBuilder("stty", echo)
                    .redirectInput(TTY.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            stty.waitFor();
        } catch (IOException e) {
            // No stty, no terminal: nothing was hidden.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
