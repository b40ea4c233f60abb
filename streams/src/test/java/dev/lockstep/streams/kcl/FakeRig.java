package dev.lockstep.streams.kcl;

import dev.lockstep.local.streams.FakeStreams;
import dev.lockstep.local.streams.ManualClock;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** A stream with the rules of AWS's in memory; leases on DynamoDB Local. */
final class FakeRig implements AutoCloseable {
    final Rig rig = new Rig();
    final FakeStreams streams;
    final String name = "job-" + UUID.randomUUID();

    private final ManualClock clock;

    FakeRig(ManualClock clock) {
        this.clock = clock;
        streams = FakeStreams.builder()
                .limits(false)
                .clock(clock)
                .table("orders")
                .keys("id")
                .view(StreamViewType.NEW_AND_OLD_IMAGES)
                .build();
    }

    void put(String id, int version) {
        streams.put(Map.of("id", AttributeValue.fromS(id), "version", AttributeValue.fromN(Integer.toString(version))));
    }

    DynamoStreamSource source() {
        return new DynamoStreamSource(streams, streams.arn(), clock);
    }

    Running start(WorkerSettings settings, ShardWork work) {
        return new Running(rig.worker(source(), settings, work));
    }

    @Override
    public void close() {
        rig.close();
    }
}
