package dev.lockstep.streams.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.util.KinesisMapperUtil;
import software.amazon.awssdk.regions.Region;

/**
 * The name by which the adapter knows a stream. It refuses Regions that the SDK does not know, DynamoDB Local's
 * {@code ddblocal} among them; for those it is told another, which stays inside this process: calls are made with the ARN.
 */
final class LocalStreamArn {
    private static final int REGION = 3;
    private static final String KNOWN = Region.US_EAST_1.id();

    private LocalStreamArn() {}

    /** Whether it is DynamoDB Local's: that trims nothing. */
    static boolean isLocal(String arn) {
        return arn.startsWith("arn:aws:dynamodb:ddblocal:");
    }

    /** The adapter's name for the stream, made of an ARN that it takes. */
    static String adapterName(String arn) {
        String[] parts = arn.split(":", -1);
        if (parts.length > REGION && !Region.regions().contains(Region.of(parts[REGION]))) {
            parts[REGION] = KNOWN;
        }
        return KinesisMapperUtil.createKinesisStreamIdentifierFromDynamoDBStreamsArn(String.join(":", parts), false);
    }
}
