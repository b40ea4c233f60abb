package dev.lockstep.objects;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Attempts;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;

/** Makes the calls of an upload again where they fail for a passing reason, and finds out what a lost answer said. */
final class RetryingUpload implements Upload {
    /** Begins the tries at one call of this name, on the object that is written. */
    @FunctionalInterface
    interface Tries {
        Attempts at(String operation);
    }

    private final Upload upload;
    private final Tries tries;
    private final Supplier<Attempts> triesToAbort;

    /** @param triesToAbort few: who gives up does not wait for a network that is gone */
    RetryingUpload(Upload upload, Tries tries, Supplier<Attempts> triesToAbort) {
        this.upload = upload;
        this.tries = tries;
        this.triesToAbort = triesToAbort;
    }

    @Override
    public Optional<String> put(Part content) {
        return settled("PutObject", () -> upload.put(content));
    }

    @Override
    public void begin() {
        tries.at("CreateMultipartUpload").until(() -> {
            upload.begin();
            return true;
        });
    }

    @Override
    public Sent send(int number, Part part) {
        return tries.at("UploadPart").until(() -> upload.send(number, part));
    }

    @Override
    public Optional<String> complete(List<Sent> parts) {
        return settled("CompleteMultipartUpload", () -> upload.complete(parts));
    }

    /**
     * An earlier try whose answer was lost may have made the object. Then it stands in the way of the next try where it had to
     * be absent, or its upload is gone; so a later try that meets this looks who wrote what is there.
     */
    private Optional<String> settled(String operation, Supplier<Optional<String>> call) {
        int[] before = new int[1];
        return tries.at(operation).until(() -> {
            boolean first = before[0]++ == 0;
            try {
                Optional<String> etag = call.get();
                return etag.isPresent() || first ? etag : upload.written();
            } catch (LockstepException e) {
                if (first || !(e.getCause() instanceof NoSuchUploadException)) {
                    throw e;
                }
                return Optional.of(upload.written().orElseThrow(() -> unsettled(e)));
            }
        });
    }

    private static LockstepException unsettled(LockstepException e) {
        return new LockstepException(
                e.operation(),
                e.subject(),
                "the answer was lost, then the upload was gone, and what is at the key is not what was sent",
                "It may have been replaced since, or never have been made: look at it, then run the same command again",
                false,
                e);
    }

    @Override
    public Optional<String> written() {
        return tries.at("HeadObject").until(upload::written);
    }

    @Override
    public void abort() {
        triesToAbort.get().until(() -> {
            upload.abort();
            return true;
        });
    }
}
