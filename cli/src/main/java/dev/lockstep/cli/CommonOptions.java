package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.Segment;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that all commands share. */
final class CommonOptions {
    enum Output {
        text,
        json
    }

    @Option(
            names = "--output",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "How the result is printed on stdout (default: ${DEFAULT-VALUE}). json is one object.")
    Output output = Output.text;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress on stderr; warnings and failures still are.")
    boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "Log each finding, action and pause on stderr.")
    boolean verbose;

    @Option(
            names = "--max-retries",
            paramLabel = "N",
            defaultValue = "10",
            description = "Tries of a failed call after the first, without progress between them"
                    + " (default: ${DEFAULT-VALUE}).")
    int maxRetries;

    @Option(
            names = "--retry-delay-base",
            paramLabel = "MS",
            defaultValue = "50",
            description = "Longest pause before the first retry; it doubles with each, up to 20 s"
                    + " (default: ${DEFAULT-VALUE}).")
    int retryDelayBase;

    @Option(names = "--allow-http", description = "Allow plain http to endpoints that are not on this machine.")
    boolean allowHttp;

    RetryPolicy retry() {
        return new RetryPolicy(maxRetries, Duration.ofMillis(retryDelayBase), RetryPolicy.DEFAULT.cap());
    }

    /** How a job is divided; only for commands that scan. */
    static final class Scanning {
        @Option(
                names = "--segments",
                paramLabel = "N",
                description = "Divide the tables into so many segments (default: by size, at least --parallel).")
        @Nullable
        Integer segments;

        @Option(
                names = "--segment",
                paramLabel = "I",
                description = "Only this segment, counted from 0: to spread a job over machines.")
        @Nullable
        Integer segment;

        @Option(
                names = "--parallel",
                paramLabel = "N",
                defaultValue = "8",
                description = "Segments read at once (default: ${DEFAULT-VALUE}); fewer where memory is small.")
        int parallel;

        OptionalInt total() {
            return segments == null ? OptionalInt.empty() : OptionalInt.of(segments);
        }

        Optional<Segment> only() {
            if (segment == null) {
                return Optional.empty();
            }
            if (segments == null) {
                throw new InvalidSettingsException(
                        "check", "--segment", "it needs --segments, the total number", "For example --segments 10");
            }
            return Optional.of(new Segment(segment, segments));
        }
    }
}
