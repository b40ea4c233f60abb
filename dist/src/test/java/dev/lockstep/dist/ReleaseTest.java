package dev.lockstep.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The release as it was put together: its launcher in a process of its own, and what lies beside it. */
class ReleaseTest {
    private static final Path RELEASE = Path.of("target", "lockstep").toAbsolutePath();
    private static final Map<String, CommandLine> COMMANDS = Pages.commands(Main.commandLine());

    @TempDir
    Path folder;

    private record Ran(int status, String out, String err) {}

    private Ran launch(String archive, String... words) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(RELEASE.resolve("bin/lockstep").toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("LOCKSTEP_ARCHIVE", archive);
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
        return new Ran(
                process.exitValue(), Files.readString(folder.resolve("out")), Files.readString(folder.resolve("err")));
    }

    @Test
    void its_launcher_runs_commands_and_knows_its_version() throws Exception {
        Ran version = launch("off", "--version");
        assertThat(version.out()).startsWith("lockstep ").doesNotContain("not packaged");
        assertThat(version.err()).isEmpty();
        Ran help = launch("off", "diff", "--help");
        assertThat(help.status()).isZero();
        assertThat(help.out()).contains("Usage: lockstep diff");
        assertThat(launch("off", "diff", "one").status()).isEqualTo(2);
    }

    @Test
    void its_launcher_is_found_through_a_link_and_in_a_folder_with_blanks() throws Exception {
        Path installed = folder.resolve("a folder");
        copy(RELEASE.resolve("bin/lockstep"), installed.resolve("bin/lockstep"));
        Files.createSymbolicLink(installed.resolve("lockstep.jar"), RELEASE.resolve("lockstep.jar"));
        Files.createSymbolicLink(installed.resolve("lib"), RELEASE.resolve("lib"));
        Path link = Files.createSymbolicLink(folder.resolve("ls"), installed.resolve("bin/lockstep"));
        Process process = new ProcessBuilder(link.toString(), "--version").start();
        process.getErrorStream().transferTo(System.err);
        assertThat(new String(process.getInputStream().readAllBytes())).startsWith("lockstep ");
    }

    @Test
    void called_by_an_older_tools_name_it_is_that_command() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("diff-tables"), RELEASE.resolve("bin/lockstep"));
        Process process = new ProcessBuilder(link.toString(), "--help").start();
        process.getErrorStream().transferTo(System.err);
        assertThat(new String(process.getInputStream().readAllBytes())).contains("Usage: lockstep diff-tables");
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    }

    @Test
    void a_class_archive_is_made_once_and_one_that_is_damaged_does_no_harm() throws Exception {
        Path archive = folder.resolve("cache of classes/lockstep.jsa");
        assertThat(launch(archive.toString(), "--version").err()).contains("preparing quicker starts");
        assertThat(archive).isNotEmptyFile();
        Ran second = launch(archive.toString(), "--version");
        assertThat(second.out()).startsWith("lockstep ");
        assertThat(second.err()).isEmpty();
        Path damaged = Files.write(folder.resolve("damaged.jsa"), new byte[100_000]);
        Ran third = launch(damaged.toString(), "--version");
        assertThat(third.out()).startsWith("lockstep ");
        assertThat(third.err()).isEmpty();
    }

    @Test
    void where_no_archive_can_be_made_commands_run_all_the_same() throws Exception {
        Ran version = launch("/proc/nowhere/lockstep.jsa", "--version");
        assertThat(version.out()).startsWith("lockstep ");
        assertThat(version.err()).isEmpty();
    }

    @Test
    void nothing_is_in_it_that_may_not_be_shipped() throws IOException {
        try (Stream<Path> all = Files.walk(RELEASE)) {
            List<String> names = all.map(p -> p.getFileName().toString()).toList();
            assertThat(names).anyMatch(n -> n.startsWith("lockstep-core-")).contains("lockstep.jar", "LICENSE");
            assertThat(names)
                    .noneMatch(
                            n -> n.matches(
                                    "(?i).*(lockstep-(local|demo|bench|dist|trials)|dynamodblocal|sqlite|s3proxy|junit|assertj).*"));
        }
    }

    @Test
    void each_command_has_a_page_with_all_its_options_and_completion_knows_them() throws IOException {
        String completion = Files.readString(RELEASE.resolve("share/bash-completion/completions/lockstep"));
        assertThat(COMMANDS).containsKeys("lockstep", "lockstep-diff", "lockstep-item-history");
        for (Map.Entry<String, CommandLine> command : COMMANDS.entrySet()) {
            Path file = RELEASE.resolve("share/man/man1/" + command.getKey() + ".1");
            String page = Files.readString(file).replace("\\-", "-");
            for (OptionSpec option : command.getValue().getCommandSpec().options()) {
                assertThat(page).as(command.getKey()).contains("\\fB" + option.longestName() + "\\fR");
                assertThat(completion).as(command.getKey()).contains(option.longestName());
            }
            assertThat(page).as("nothing is left to be filled in").doesNotContain("${", "%%", "%n");
            assertThat(completion.replace("_", ""))
                    .contains("function picocli" + command.getKey().replace("-", "") + "(");
        }
    }

    @Test
    void groff_finds_nothing_wrong_with_the_pages() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/groff")));
        List<String> command = new ArrayList<>(List.of("groff", "-man", "-Tutf8", "-ww", "-z"));
        COMMANDS.keySet()
                .forEach(name -> command.add(
                        RELEASE.resolve("share/man/man1/" + name + ".1").toString()));
        Process groff = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(new String(groff.getInputStream().readAllBytes())).isEmpty();
    }

    /** What linters ask of a Dockerfile, as far as it can be told from its text. */
    @Test
    void the_image_runs_without_root_gets_signals_and_takes_only_the_release() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("Dockerfile"));
        List<String> from = lines.stream().filter(l -> l.startsWith("FROM ")).toList();
        assertThat(from).isNotEmpty().allMatch(l -> l.matches("FROM [a-z/-]+:[a-z0-9._-]+( AS [a-z]+)?"));
        assertThat(from).noneMatch(l -> l.contains(":latest"));
        String user = lines.stream()
                .filter(l -> l.startsWith("USER "))
                .reduce((a, b) -> b)
                .orElse("");
        assertThat(user).matches("USER [1-9][0-9]*");
        assertThat(lines).filteredOn(l -> l.matches("(RUN|CMD|ENTRYPOINT) .*")).allMatch(l -> l.contains(" [\""));
        assertThat(lines)
                .filteredOn(l -> l.matches("(ADD|COPY) .*"))
                .allMatch(l -> l.startsWith("ADD lockstep-") || l.startsWith("COPY --from=build "));
        assertThat(lines.indexOf(user)).isLessThan(lines.size() - 1);
        assertThat(lines.toString()).doesNotContainIgnoringCase("secret_access_key");
    }
}
