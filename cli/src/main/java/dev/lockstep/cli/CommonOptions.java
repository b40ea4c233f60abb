package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.Segment;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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

    @Mixin
    CredentialOptions credentials = new CredentialOptions();

    @Mixin
    BudgetOptions budget = new BudgetOptions();

    @Spec(Spec.Target.MIXEE)
    @Nullable
    CommandSpec command;

    /** For what must be known even with {@code --quiet}. */
    void warn(String text) {
        if (command != null) {
            command.commandLine().getErr().println("lockstep: " + text);
        }
    }

    RetryPolicy retry() {
        return new RetryPolicy(maxRetries, Duration.ofMillis(retryDelayBase), RetryPolicy.DEFAULT.cap());
    }

    /** Where the buckets are; only for commands that know folders. */
    static final class Buckets {
        @Option(
                names = "--s3-endpoint",
                paramLabel = "URL",
                description = "Where the buckets are, if not in S3 itself: a server that speaks its protocol"
                        + " (default: AWS_ENDPOINT_URL_S3).")
        @Nullable
        String endpoint;

        Optional<URI> endpoint() {
            return Optional.ofNullable(endpoint)
                    .or(() -> Endpoints.ofService("S3"))
                    .filter(url -> !url.isBlank())
                    .map(Buckets::server);
        }

        private static URI server(String url) {
            try {
                URI uri = new URI(url).parseServerAuthority();
                if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                    return uri;
                }
            } catch (URISyntaxException e) {
                // Told below, like any other that is no URL of a server.
            }
            throw new InvalidSettingsException(
                    "check", "S3 endpoint '" + url + "'", "not a URL of a server", "For example http://localhost:9000");
        }
    }

    /** How the files of a source are read; only for commands that read one. */
    static final class Files {
        @Option(
                names = "--parallel",
                paramLabel = "N",
                defaultValue = "8",
                description = "Files read at once (default: ${DEFAULT-VALUE}).")
        int parallel = 8;

        int atOnce() {
            if (parallel < 1) {
                throw new InvalidSettingsException("check", "--parallel", "it must be 1 or more", "");
            }
            return parallel;
        }
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

        /** What must be the same when a job is gone on with. */
        void describe(SortedMap<String, String> parameters) {
            parameters.put("segments", segments == null ? "by size" : segments.toString());
            parameters.put("segment", segment == null ? "all" : segment.toString());
        }

        OptionalInt total() {
            return segments == null ? OptionalInt.empty() : OptionalInt.of(segments);
        }

        /** The part of a table that is read. */
        double fraction() {
            return segment == null || segments == null ? 1 : 1.0 / segments;
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
