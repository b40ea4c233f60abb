package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.verify.Discrepancy;
import dev.lockstep.verify.Report;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The findings of a run, a line of JSON each. Thread-safe. */
final class ReportFile implements Report, AutoCloseable {
    private static final int BUFFER = 64 << 10;

    private final @Nullable Path path;
    private final @Nullable FileOutputStream file;
    private final @Nullable OutputStream buffer;
    private long length;
    private boolean closed;

    private ReportFile(@Nullable Path path, @Nullable FileOutputStream file, long length) {
        this.path = path;
        this.file = file;
        this.buffer = file == null ? null : new BufferedOutputStream(file, BUFFER);
        this.length = length;
    }

    /**
     * With no path, findings go nowhere.
     *
     * @param keep go on after so many bytes of what is there: 0 begins the file anew
     */
    static ReportFile open(Optional<Path> path, long keep) {
        if (path.isEmpty()) {
            return new ReportFile(null, null, 0);
        }
        if (!path.get().toString().endsWith(".jsonl")) {
            throw new InvalidSettingsException(
                    "check", "--report " + path.get(), "its name must end in .jsonl", "Choose another name");
        }
        try {
            FileOutputStream file = new FileOutputStream(path.get().toFile(), true);
            if (file.getChannel().size() < keep) {
                file.close();
                throw new InvalidSettingsException(
                        "go on with",
                        "report " + path.get(),
                        "it is shorter than the checkpoint says",
                        "Put back the report, or delete both to start anew");
            }
            file.getChannel().truncate(keep);
            return new ReportFile(path.get(), file, keep);
        } catch (IOException e) {
            throw new InvalidSettingsException(
                    "create", "report " + path.get(), e.getClass().getSimpleName() + ": " + e.getMessage(), "");
        }
    }

    synchronized void add(Discrepancy found) {
        if (buffer != null) {
            byte[] line = (Results.finding(found) + "\n").getBytes(StandardCharsets.UTF_8);
            try {
                buffer.write(line);
                length += line.length;
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    @Override
    public synchronized long length() {
        return length;
    }

    @Override
    public synchronized void makeDurable() {
        if (buffer != null && file != null && !closed) {
            try {
                buffer.flush();
                file.getFD().sync();
            } catch (IOException e) {
                throw failure(e);
            }
        }
    }

    @Override
    public synchronized void close() {
        if (buffer != null) {
            makeDurable();
            closed = true;
            try {
                buffer.close();
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
