package dev.lockstep.local.streams;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a shard iterator says. Its text begins with the stream's ARN, as AWS's does; callers must not read it.
 *
 * @param position how many records of the shard lie before it, those since trimmed included
 * @param serial grows with every iterator given out
 */
record IteratorToken(String stream, String shard, long position, long serial, Instant issued) {
    private static final String MARK = "|1|";
    private static final int FIELDS = 4;

    String text() {
        String fields = shard + " " + position + " " + serial + " " + issued.toEpochMilli();
        return stream + MARK + Base64.getEncoder().encodeToString(fields.getBytes(StandardCharsets.UTF_8));
    }

    /** Empty where the text is none that {@link #text} made. */
    static Optional<IteratorToken> read(@Nullable String text) {
        int mark = text == null ? -1 : text.lastIndexOf(MARK);
        if (text == null || mark < 0) {
            return Optional.empty();
        }
        try {
            byte[] decoded = Base64.getDecoder().decode(text.substring(mark + MARK.length()));
            String[] fields = new String(decoded, StandardCharsets.UTF_8).split(" ", FIELDS);
            return Optional.of(new IteratorToken(
                    text.substring(0, mark),
                    fields[0],
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    Instant.ofEpochMilli(Long.parseLong(fields[3]))));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }
}
