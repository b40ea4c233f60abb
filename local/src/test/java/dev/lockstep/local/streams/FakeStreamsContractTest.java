package dev.lockstep.local.streams;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** {@link FakeStreams}, with limits off: DynamoDB Local has none. */
class FakeStreamsContractTest extends StreamsContract {
    @Override
    StreamedTableUnderTest open() {
        return new Faked(
                FakeStreams.builder().table("contract").limits(false).disabled().build());
    }

    private record Faked(FakeStreams client) implements StreamedTableUnderTest {
        @Override
        public String table() {
            return "contract";
        }

        @Override
        public String enable(StreamViewType view) {
            return client.enable(view);
        }

        @Override
        public void disable() {
            client.disable();
        }

        @Override
        public void put(Map<String, AttributeValue> item) {
            client.put(item);
        }

        @Override
        public void delete(Map<String, AttributeValue> key) {
            client.delete(key);
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
