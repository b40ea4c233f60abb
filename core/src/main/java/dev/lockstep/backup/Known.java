package dev.lockstep.backup;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of a file of a backup before it is read.
 *
 * @param items how many it holds
 * @param bytes its size as stored
 * @param md5 of the stored bytes, base64
 * @param sha256 of the stored bytes, lower-case hex
 * @param etag of the object; looked at only where there is no hash: an object that was copied has another
 */
record Known(
        OptionalLong items, OptionalLong bytes, Optional<String> md5, Optional<String> sha256, Optional<String> etag) {
    static final Known NOTHING =
            new Known(OptionalLong.empty(), OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    static Known items(long items, Optional<String> md5, Optional<String> etag) {
        return new Known(OptionalLong.of(items), OptionalLong.empty(), md5, Optional.empty(), etag);
    }

    static Known of(DataFile file) {
        return new Known(
                OptionalLong.of(file.items()),
                OptionalLong.of(file.bytes()),
                Optional.of(file.md5()),
                Optional.of(file.sha256()),
                Optional.empty());
    }
}
