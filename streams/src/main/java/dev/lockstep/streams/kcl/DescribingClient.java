package dev.lockstep.streams.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.util.KinesisMapperUtil;
import dev.lockstep.LockstepException;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisServiceClientConfiguration;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamResponse;

/**
 * What KCL and the adapter take for a Kinesis client where they list shards; nothing else is asked of it.
 *
 * <p>A stream that is gone or empty is a failure here. The adapter's own client answers with no shards, and leases are
 * deleted.
 */
final class DescribingClient implements KinesisAsyncClient {
    private final DynamoStreamSource source;

    DescribingClient(DynamoStreamSource source) {
        this.source = source;
    }

    @Override
    public CompletableFuture<DescribeStreamResponse> describeStream(DescribeStreamRequest request) {
        try {
            StreamDescription page = source.page(request.exclusiveStartShardId(), null);
            boolean whole = request.exclusiveStartShardId() == null && page.lastEvaluatedShardId() == null;
            if (page.streamStatus() != StreamStatus.ENABLED
                    || (whole && page.shards().isEmpty())) {
                throw new LockstepException(
                        "DescribeStream", source.arn(), "the stream is not on, or has no shards", "", true, null);
            }
            return CompletableFuture.completedFuture(
                    KinesisMapperUtil.convertDynamoDBDescribeStreamResponseToKinesisDescribeStreamResponse(
                            software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse.builder()
                                    .streamDescription(page)
                                    .build()));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public KinesisServiceClientConfiguration serviceClientConfiguration() {
        return KinesisServiceClientConfiguration.builder()
                .region(Region.US_EAST_1)
                .build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
