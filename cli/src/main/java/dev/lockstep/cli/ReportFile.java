package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.verify.Discrepancy;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The findings of a run, a line of JSON each. Used by one thread at a time. */
final class ReportFile implements AutoCloseable {
    private final @Nullable Path path;
    private final @Nullable Writer writer;

    private ReportFile(@Nullable Path path, @Nullable Writer writer) {
        this.path = path;
        this.writer = writer;
    }

    /** Begins the file anew; with no path, findings go nowhere. */
    static ReportFile open(Optional<Path> path) {
        if (path.isEmpty()) {
            return new ReportFile(null, null);
        }
        if (!path.get().toString().endsWith(".jsonl")) {
            throw new InvalidSettingsException(
                    "check", "--report " + path.get(), "its name must end in .jsonl", "Choose another name");
        }
        try {
            return new ReportFile(path.get(), Files.newBufferedWriter(path.get(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new InvalidSettingsException(
                    "create", "report " + path.get(), e.getClass().getSimpleName() + ": " + e.getMessage(), "");
        }
    }

    void add(Discrepancy found) {
        if (writer != null) {
            try {
                writer.write(Results.finding(found) + "\n");
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    @Override
    public void close() {
        if (writer != null) {
            try {
                writer.close();
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    private LockstepException failure(IOException e) {
        return new LockstepException(
                "write",
                "report " + path,
                e.getClass().getSimpleName() + ": " + e.getMessage(),
                "Check the space left",
                false,
                e);
    }
}
