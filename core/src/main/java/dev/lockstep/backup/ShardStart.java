package dev.lockstep.backup;

import java.time.Instant;
import java.util.Optional;

/**
 * Where the reading of a shard begins.
 *
 * @param parent the shard that it follows, as far as the stream tells
 * @param after the sequence number of the last record that the reader has dealt with; empty where it begins with the
 *     oldest record that the stream has
 * @param whole with {@code after} empty: whether that is certainly the first record that the shard ever had
 * @param at when it begins, by the best clock that there is
 */
public record ShardStart(Optional<String> parent, Optional<String> after, boolean whole, Instant at) {}
