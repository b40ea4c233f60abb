package dev.lockstep.demo;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.Ansi.Style;

/** What the audience sees: headings, commands, ticks; in colour on a terminal. Used by one thread. */
final class Stage {
    private static final int WIDTH = 100;

    private final PrintWriter out;
    private final boolean ticks = unicode();
    private int step;

    Stage(PrintWriter out) {
        this.out = out;
    }

    /** Whether stdout can show a tick. */
    private static boolean unicode() {
        String name = System.getProperty("stdout.encoding", System.getProperty("sun.stdout.encoding", ""));
        Charset charset = name.isEmpty() ? Charset.defaultCharset() : Charset.forName(name);
        return charset.newEncoder().canEncode('✓');
    }

    /** Begins the next step. */
    void step(String heading, String why) {
        step++;
        say("");
        say(styled(step + ". " + heading, Style.bold));
        say("   " + why);
    }

    /** Something that a step did by itself; as many lines as it takes. */
    void note(String text) {
        StringBuilder line = new StringBuilder("   -");
        for (String word : text.split(" ", -1)) {
            if (line.length() + word.length() >= WIDTH) {
                say(line.toString());
                line.replace(0, line.length(), "    ");
            }
            line.append(' ').append(word);
        }
        say(line.toString());
    }

    /** The step that the story is at, from 1. */
    int step() {
        return step;
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    /** A command that is about to run. */
    void command(List<String> arguments) {
        say("");
        say(styled("$ " + CommandText.of(arguments), Style.bold, Style.fg_cyan));
    }

    /** Something that was checked and is so. */
    void proved(String what) {
        say(styled(ticks ? "✓ " : "ok: ", Style.fg_green) + what);
    }

    /** Something that was checked and is not so. */
    void failed(String what) {
        say(styled(ticks ? "✗ " : "FAILED: ", Style.fg_red) + what);
    }

    private static String styled(String text, IStyle... styles) {
        // Not Style.off: many terminals take its end of bold for a double underline.
        return Ansi.AUTO.enabled() ? Style.on(styles) + text + Style.reset.on() : text;
    }
}
