package dev.lockstep.table;

import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.Tag;

/**
 * What makes a table anew: its description, and what DynamoDB tells separately.
 *
 * @param timeToLive the attribute by which items expire
 */
public record TableDocument(TableDescription description, Optional<String> timeToLive, List<Tag> tags) {
    public TableDocument {
        tags = List.copyOf(tags);
    }

    public KeySchema keys() {
        return KeySchema.of(description);
    }
}
