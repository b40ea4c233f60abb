package dev.lockstep.local.streams;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** One stream of a table: what DescribeStream calls by one ARN. Not thread-safe: the fake guards it. */
final class TableStream {
    /** "The data in the stream will continue to be readable for 24 hours." */
    static final Duration RETENTION = Duration.ofHours(24);

    private static final int SEQUENCE_DIGITS = 21;
    private static final int SUFFIX_BYTES = 4;

    private final String arn;
    private final String label;
    private final StreamViewType view;
    private final Instant requested;
    private final Duration transition;
    private final StreamLog<Record> log;
    private @Nullable Instant disabled;

    TableStream(String tableArn, String label, StreamViewType view, Instant now, Duration transition, int shards) {
        this.arn = tableArn + "/stream/" + label;
        this.label = label;
        this.view = view;
        this.requested = now;
        this.transition = transition;
        this.log = new StreamLog<>(this::shardId, RETENTION, SEQUENCE_DIGITS, shards, now);
    }

    /** As AWS's: the time in milliseconds, and eight digits that say nothing. */
    private String shardId(int ordinal, Instant opened) {
        byte[] suffix = HashRange.md5(arn + ordinal);
        return String.format(
                "shardId-%020d-%s", opened.toEpochMilli(), HexFormat.of().formatHex(suffix, 0, SUFFIX_BYTES));
    }

    String arn() {
        return arn;
    }

    String label() {
        return label;
    }

    StreamViewType view() {
        return view;
    }

    Instant requested() {
        return requested;
    }

    StreamLog<Record> log() {
        return log;
    }

    /** Open shards are closed, so that readers come to an end. */
    void disable(Instant now) {
        disabled = now;
        log.close(now);
    }

    StreamStatus status(Instant now) {
        if (disabled != null) {
            return now.isBefore(disabled.plus(transition)) ? StreamStatus.DISABLING : StreamStatus.DISABLED;
        }
        return now.isBefore(requested.plus(transition)) ? StreamStatus.ENABLING : StreamStatus.ENABLED;
    }

    boolean present(Instant now) {
        return disabled == null || now.isBefore(disabled.plus(RETENTION));
    }
}
