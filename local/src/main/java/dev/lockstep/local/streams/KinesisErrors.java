package dev.lockstep.local.streams;

import java.util.UUID;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.ExpiredNextTokenException;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/** The errors of Kinesis as the SDK throws them: with error code, HTTP status and request id. */
public final class KinesisErrors {
    private static final int CLIENT = 400;
    private static final int SERVER = 500;

    private KinesisErrors() {}

    public static ExpiredIteratorException expiredIterator() {
        return (ExpiredIteratorException)
                error(ExpiredIteratorException.builder(), "ExpiredIteratorException", CLIENT, "Iterator expired.");
    }

    public static ExpiredNextTokenException expiredToken() {
        return (ExpiredNextTokenException)
                error(ExpiredNextTokenException.builder(), "ExpiredNextTokenException", CLIENT, "NextToken expired.");
    }

    public static ResourceNotFoundException notFound(String what) {
        return (ResourceNotFoundException)
                error(ResourceNotFoundException.builder(), "ResourceNotFoundException", CLIENT, what + " not found.");
    }

    public static ProvisionedThroughputExceededException throughputExceeded() {
        return (ProvisionedThroughputExceededException) error(
                ProvisionedThroughputExceededException.builder(),
                "ProvisionedThroughputExceededException",
                CLIENT,
                "Rate exceeded for shard.");
    }

    public static LimitExceededException limitExceeded() {
        return (LimitExceededException)
                error(LimitExceededException.builder(), "LimitExceededException", CLIENT, "Rate exceeded for stream.");
    }

    public static InvalidArgumentException invalid(String why) {
        return (InvalidArgumentException)
                error(InvalidArgumentException.builder(), "InvalidArgumentException", CLIENT, why);
    }

    public static KinesisException internal() {
        return (KinesisException)
                error(KinesisException.builder(), "InternalFailure", SERVER, "An error occurred on the server side.");
    }

    private static AwsServiceException error(
            AwsServiceException.Builder builder, String code, int status, String message) {
        return builder.message(message)
                .statusCode(status)
                .requestId(UUID.randomUUID().toString())
                .awsErrorDetails(AwsErrorDetails.builder()
                        .serviceName("Kinesis")
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build();
    }
}
