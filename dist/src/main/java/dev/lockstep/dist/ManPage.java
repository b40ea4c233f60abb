package dev.lockstep.dist;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page of one command, in roff with the macros of man(7), from the command's definition. */
final class ManPage {
    private final CommandSpec command;
    private final String version;
    private final StringBuilder page = new StringBuilder();

    ManPage(CommandSpec command, String version) {
        this.command = command;
        this.version = version;
    }

    /** {@code lockstep-item-diff} for {@code lockstep item diff}. */
    static String name(CommandSpec command) {
        return command.qualifiedName("-");
    }

    String text() {
        page.setLength(0);
        String name = name(command);
        macro("TH", name.toUpperCase(Locale.ROOT), "1", "", "lockstep " + version, "Lockstep");
        // No hyphens in names, no gaps between words.
        line(".nh");
        line(".ad l");
        section("NAME");
        String[] description = command.usageMessage().description();
        // What makewhatis lists: one line, without a full stop.
        String first = description.length == 0 ? "" : formatted(description[0]).split("[.;:](\\s|$)", 2)[0];
        line(escaped(name) + " \\- " + escaped(first.isEmpty() ? name : lowered(first)));
        section("SYNOPSIS");
        line(bold(command.qualifiedName()) + escaped(synopsis()));
        if (description.length > 0) {
            section("DESCRIPTION");
            Arrays.stream(description).forEach(this::paragraph);
        }
        if (!command.positionalParameters().isEmpty()) {
            section("ARGUMENTS");
            command.positionalParameters().stream().filter(p -> !p.hidden()).forEach(this::positional);
        }
        if (!command.options().isEmpty()) {
            section("OPTIONS");
            command.options().stream().filter(o -> !o.hidden()).forEach(this::option);
        }
        if (!command.subcommands().isEmpty()) {
            section("COMMANDS");
            command.subcommands().forEach((word, sub) -> subcommand(word, sub.getCommandSpec()));
        }
        footer();
        return page.toString();
    }

    /** The words after the command's name, in the order of its help. */
    private String synopsis() {
        Help help = new Help(command, Help.defaultColorScheme(Help.Ansi.OFF));
        String synopsis = formatted(help.synopsis(0)).replaceAll("\\s+", " ");
        String name = command.qualifiedName();
        return synopsis.startsWith(name) ? synopsis.substring(name.length()) : " " + synopsis;
    }

    private void positional(PositionalParamSpec positional) {
        line(".TP");
        line(italic(formatted(positional.paramLabel())));
        described(positional);
    }

    private void option(OptionSpec option) {
        line(".TP");
        String names = Arrays.stream(option.names()).map(ManPage::bold).collect(Collectors.joining(", "));
        String value = option.arity().max() == 0 ? "" : valueOf(option);
        line(names + value);
        described(option);
    }

    private static String valueOf(OptionSpec option) {
        String value = italic(formatted(option.paramLabel()));
        return option.arity().min() == 0 ? "[=" + value + "]" : " " + value;
    }

    /** The text that the help shows, with its defaults filled in. */
    private void described(ArgSpec argument) {
        String[] lines = argument.description();
        line(escaped(formatted(String.join(" ", lines))
                .replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValueString()))
                .replace("${FALLBACK-VALUE}", fallback(argument))));
    }

    private static String fallback(ArgSpec argument) {
        return argument instanceof OptionSpec option ? String.valueOf(option.fallbackValue()) : "";
    }

    private void subcommand(String word, CommandSpec sub) {
        line(".TP");
        line(bold(word));
        String[] description = sub.usageMessage().description();
        line(escaped(description.length == 0 ? "" : formatted(description[0])));
        line("See " + bold(name(sub)) + "(1).");
    }

    private void footer() {
        String[] lines = command.usageMessage().footer();
        if (lines.length == 0) {
            return;
        }
        String heading = formatted(command.usageMessage().footerHeading()).strip();
        section((heading.isEmpty() ? "Notes" : heading.replaceAll(":$", "")).toUpperCase(Locale.ROOT));
        line(".nf");
        Arrays.stream(lines).forEach(text -> line(escaped(formatted(text).strip())));
        line(".fi");
    }

    private void paragraph(String text) {
        line(".PP");
        line(escaped(formatted(text)));
    }

    /** Descriptions are formats: {@code %%} is a per cent sign. */
    private static String formatted(String text) {
        return text.replace("%%", "%").replace("%n", " ").strip();
    }

    private static String lowered(String text) {
        return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
    }

    private void section(String title) {
        macro("SH", title);
    }

    private void macro(String name, String... arguments) {
        line("." + name + " "
                + Arrays.stream(arguments).map(a -> "\"" + escaped(a) + "\"").collect(Collectors.joining(" ")));
    }

    private static String bold(String text) {
        return "\\fB" + escaped(text) + "\\fR";
    }

    private static String italic(String text) {
        return "\\fI" + escaped(text) + "\\fR";
    }

    /** Nothing that roff would take for a command, a macro or a dash of typography. */
    static String escaped(String text) {
        String safe = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...");
        return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
