package dev.lockstep.local.streams;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** A table with the partition key {@code pk} and the client of its stream: a fake, or the real thing. */
interface StreamedTableUnderTest extends AutoCloseable {
    DynamoDbStreamsClient client();

    String table();

    /** Gives the table a stream; its ARN. */
    String enable(StreamViewType view);

    void disable();

    void put(Map<String, AttributeValue> item);

    void delete(Map<String, AttributeValue> key);

    @Override
    void close();
}
