package dev.lockstep.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./lockstep} of a checkout, in a process of its own: it runs what this build has just made. */
class CheckoutTest {
    private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private String launch(Path launcher, String... words) throws Exception {
        // Made after all that it is compared with: nothing is built anew.
        Files.write(CHECKOUT.resolve("cli/target/.built"), new byte[0]);
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(words));
        Path said = folder.resolve("said");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("LOCKSTEP_ARCHIVE", "off");
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
        return Files.readString(said);
    }

    @Test
    void it_runs_commands() throws Exception {
        assertThat(launch(CHECKOUT.resolve("lockstep"), "--version")).startsWith("lockstep ");
        assertThat(launch(CHECKOUT.resolve("lockstep"), "diff", "--help")).startsWith("Usage: lockstep diff");
    }

    @Test
    void called_by_an_older_tools_name_it_is_that_command() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("diff-tables"), CHECKOUT.resolve("lockstep"));
        assertThat(launch(link, "--help")).startsWith("Usage: lockstep diff-tables");
    }
}
