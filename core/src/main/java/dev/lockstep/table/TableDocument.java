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

    /**
     * As the AWS CLI prints it: {@code Table} as {@code describe-table} does, {@code TimeToLiveDescription} and {@code
     * Tags} as their own commands do.
     */
    public String json() {
        return TableJson.write(this);
    }

    /**
     * Reads what {@link #json} wrote, what {@code aws dynamodb describe-table} prints, and the bare table that {@code dyno
     * export} writes. Fields that are not known are passed over.
     *
     * @throws MalformedItemException where it is no JSON, or describes no table
     */
    public static TableDocument parse(String json) throws MalformedItemException {
        return TableJson.read(json);
    }
}
