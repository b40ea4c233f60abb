package dev.lockstep.replicate;

import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.objects.RetryingObjects;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Dead letters in a folder of a bucket: an object {@code <time>-<uuid>.jsonl} for each batch that had some, its lines as in
 * a {@link DeadLetterFile}. Thread-safe.
 */
public final class DeadLetterFolder implements DeadLetters {
    private final RetryingObjects objects;
    private final ObjectRef folder;

    public DeadLetterFolder(RetryingObjects objects, ObjectRef folder) {
        this.objects = objects;
        this.folder = folder;
    }

    @Override
    public void park(List<Letter> letters) {
        String lines = letters.stream().map(l -> DeadLetterFile.line(l) + "\n").collect(Collectors.joining());
        String name = Instant.now().toString().replace(':', '-') + "-" + UUID.randomUUID() + ".jsonl";
        objects.put(
                folder.keysBeginWith() + name,
                (DeadLetterFile.HEADER + "\n" + lines).getBytes(StandardCharsets.UTF_8),
                Options.IF_ABSENT);
    }
}
