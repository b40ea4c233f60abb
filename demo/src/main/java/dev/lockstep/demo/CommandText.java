package dev.lockstep.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A command line as a user types it into a shell. Stateless. */
final class CommandText {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");
    private static final int WIDTH = 100;

    private CommandText() {}

    /** Quoted where a shell needs it; a long one goes on in the next line before an option. */
    static String of(List<String> arguments) {
        StringBuilder text = new StringBuilder("./lockstep");
        int lineStart = 0;
        for (String part : parts(arguments)) {
            if (part.startsWith("-") && text.length() - lineStart + part.length() > WIDTH) {
                text.append(" \\\n     ");
                lineStart = text.length() - 5;
            }
            text.append(' ').append(part);
        }
        return text.toString();
    }

    /** An option and what follows it stay in one line. */
    private static List<String> parts(List<String> arguments) {
        List<String> parts = new ArrayList<>();
        for (String argument : arguments) {
            int last = parts.size() - 1;
            boolean value = last >= 0 && parts.get(last).startsWith("-") && !argument.startsWith("-");
            if (value) {
                parts.set(last, parts.get(last) + " " + quoted(argument));
            } else {
                parts.add(quoted(argument));
            }
        }
        return parts;
    }

    private static String quoted(String argument) {
        return PLAIN.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
