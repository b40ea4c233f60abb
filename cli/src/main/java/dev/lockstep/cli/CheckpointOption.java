package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.checkpoint.Checkpoint;
import dev.lockstep.checkpoint.CheckpointStore;
import dev.lockstep.checkpoint.Job;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.TableRef;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code --checkpoint}: where a job keeps what it has done, and goes on from. */
final class CheckpointOption {
    private static final String NAME = "--checkpoint";

    @Option(
            names = NAME,
            paramLabel = "FILE|s3://...",
            description =
                    "Keep what is done here, and go on from it where it is there: the same command again after a kill.")
    @Nullable
    String place;

    /** Opens what holds the checkpoint, where one is wanted; whoever opens a checkpoint in it need not close it. */
    Optional<CheckpointStore> store(Connections connections, Optional<URI> endpoint, CommonOptions common) {
        if (place == null) {
            return Optional.empty();
        }
        if (!ObjectRef.isMeantBy(place)) {
            return Optional.of(CheckpointStore.file(path(place)));
        }
        ObjectRef ref = ObjectRef.parse(place);
        if (ref.prefix().isEmpty()) {
            throw new InvalidSettingsException(
                    "check", NAME + " " + place, "it is a whole bucket", "Name an object: s3://bucket/job.checkpoint");
        }
        RetryingObjects bucket = RetryingObjects.over(connections.bucket(ref, endpoint), common.retry(), Progress.NONE);
        return Optional.of(CheckpointStore.object(bucket, ref.prefix(), ref.text()));
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new InvalidSettingsException("check", NAME, "not a path: " + e.getReason(), "");
        }
    }

    /** Goes on from the checkpoint, or begins it, and says which. */
    static Checkpoint open(CheckpointStore store, Job job, Console console) {
        Checkpoint checkpoint = Checkpoint.open(store, job);
        if (checkpoint.finished().isPresent()) {
            console.err()
                    .println("lockstep: this job was finished at "
                            + checkpoint.finished().get() + "; this is its result once more. "
                            + checkpoint.howToDelete());
        } else if (checkpoint.begun()) {
            console.err().println("lockstep: going on from " + checkpoint.name());
        }
        return checkpoint;
    }

    /** A table that a checkpoint tells of may not be made anew. */
    static void requireNone(Optional<CheckpointStore> store, TableRef missing) {
        if (store.isPresent() && store.get().read().isPresent()) {
            throw new InvalidSettingsException(
                    "go on from",
                    "checkpoint " + store.get().name(),
                    "the table " + missing + " is gone, which its job had begun to write",
                    store.get().howToDelete());
        }
    }

    static boolean isOf(CommandLine command) {
        return command.getCommandSpec().findOption(NAME) != null;
    }

    /** What a command that was stopped goes on from; empty where it keeps no checkpoint. */
    static String place(CommandLine command) {
        var option = command.getCommandSpec().findOption(NAME);
        Object place = option == null ? null : option.getValue();
        return place == null ? "" : place.toString();
    }
}
