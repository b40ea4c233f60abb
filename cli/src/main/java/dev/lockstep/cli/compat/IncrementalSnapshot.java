package dev.lockstep.cli.compat;

import dev.lockstep.InvalidSettingsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** mapbox's {@code incremental-snapshot}: now {@code snapshot}. */
@Command(
        name = "incremental-snapshot",
        mixinStandardHelpOptions = true,
        description = "As mapbox/dynamodb-replicator's: now 'lockstep snapshot', whose other options are taken too.")
final class IncrementalSnapshot extends Door {
    @Parameters(index = "0", paramLabel = "<source>")
    String source = "";

    @Parameters(index = "1", paramLabel = "<dest>")
    String destination = "";

    @Option(
            names = "--metric",
            paramLabel = "REGION/NAMESPACE/TABLE",
            description = "CloudWatch Region and namespace for the figures of the snapshot, and their TableName.")
    @Nullable
    String metric;

    @Option(names = "--retries", paramLabel = "N", description = "How often a request that failed is tried again.")
    @Nullable
    String retries;

    @Option(names = "--logger", paramLabel = "FILE", description = "Append detailed messages to this file.")
    @Nullable
    Path logger;

    @Override
    List<String> behind() {
        return List.of("snapshot");
    }

    @Override
    Set<String> decided() {
        return Set.of("--overwrite", "--metrics");
    }

    @Override
    List<String> words() {
        List<String> words = new ArrayList<>(List.of(source, destination, "--overwrite"));
        add(words, "--metrics", metric);
        add(words, "--max-retries", retries);
        return words;
    }

    @Override
    int run(List<String> words) {
        if (logger == null) {
            return plainly(words);
        }
        List<String> all = new ArrayList<>(words);
        all.add("--verbose");
        try (PrintWriter file = new PrintWriter(
                Files.newBufferedWriter(
                        logger, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                true)) {
            return prepared(all, command -> {
                command.setOut(out());
                command.setErr(new PrintWriter(
                        new Lines(line -> {
                            file.println(line);
                            err().println(line);
                        }),
                        true));
            });
        } catch (IOException e) {
            throw new InvalidSettingsException(
                    "open", "--logger " + logger, e.getClass().getSimpleName() + ": " + e.getMessage(), "");
        }
    }
}
